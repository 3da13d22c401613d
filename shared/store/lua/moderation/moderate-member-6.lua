-- with clock, log, give-role, moderation
-- moderate-member: what moderators do about one user of a room: checked, done, told to the room and written into the
-- audit log in one step.
-- KEYS
--   rules, roster, log, delivered, dirty
--   forgetting: unfinished work
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   leastRole: the role that it takes
--   auditEntry: JSON without its time
--   event: text of the event for the room, '' for none. Of 'mute' only the muted user gets it
--   target: id of the user whom it is about; for 'allow' also '0' for all members
--   action: 'kick', 'mute', 'ban', 'moderate', 'offer' or 'allow'
--   targetsMax: how many users of a room it may concern at a time
--   ms: for how long a mute or a ban lasts (0 ends it), or an offer; else 0
--   quiet: 'q' for a mute without telling the user, else ''
--   name: for 'mute' and 'ban', else ''
--   nick: for 'ban' the folded name, else ''
--   address: for 'ban' the hash of the user's address, '' when it is not known
--   on: for 'moderate' and 'allow' '1', or '' to end it
--   removedEvent: for 'ban' the event text for the room when the user's messages go, too, else ''
--   removedEntry: the audit entry for that, else ''
-- Returns 'ok', 'same' (it was so already), 'not_owner', 'role' (the target has one) or 'too_many'.
-- Bound: the rules (200 mutes, 200 bans, 100 roles, 100 audit entries: 200 KB) and one event; for 'allow' the ids of
-- all members.
local rules, roster, log, delivered, dirty, forgetting = unpack(KEYS)
local user, ownerHash, room, leastRole, auditEntry, event, target, action, targetsMax, ms, quiet, name, nick, address,
  on, removedEvent, removedEntry = unpack(ARGV)
targetsMax = tonumber(targetsMax)
local at = now()
local ends = string.format('%d', at + ms)
local only, silent -- the only user whom the event is for; whether nobody is told
local actions = {}

local function exists(field) return redis.call('HEXISTS', rules, field) == 1 end

-- Counts the fields that begin with a prefix. Mutes that are over are removed.
local function countFields(prefix)
  local found = 0
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    if string.sub(field, 1, #prefix) == prefix then
      local over = prefix == 'mute:' and tonumber(string.match(redis.call('HGET', rules, field), '^%d+')) < at
      if over then redis.call('HDEL', rules, field) else found = found + 1 end
    end
  end
  return found
end

function actions.kick() end

function actions.mute()
  local field = 'mute:' .. target
  local wasQuiet = string.find(redis.call('HGET', rules, field) or '', '^%d+ q')
  only, silent = target, redis.call('HEXISTS', roster, target) == 0 or ms == '0' and wasQuiet
  if ms == '0' then return redis.call('HDEL', rules, field) and nil end
  if not exists(field) and countFields('mute:') >= targetsMax then return 'too_many' end
  redis.call('HSET', rules, field, ends .. (quiet == 'q' and ' q' or '') .. '\t' .. name)
end

function actions.ban()
  local lines = {}
  for line in string.gmatch(redis.call('HGET', rules, 'bans') or '', '[^\n]+') do
    local till, id = string.match(line, '^(%d+)\t(%d+)\t')
    if tonumber(till) > at and id ~= target then lines[#lines + 1] = line end
  end
  if ms ~= '0' then lines[#lines + 1] = table.concat({ends, target, address, nick, name}, '\t') end
  if #lines > targetsMax then return 'too_many' end
  if removedEvent ~= '' then -- `forget` goes on from here, whoever calls it
    local state = '0-0 + ' .. string.format('%d', at) .. ' ' .. removedEvent
    redis.call('HSET', forgetting, target .. ' message ' .. room, state)
  end
  if #lines == 0 then
    redis.call('HDEL', rules, 'bans')
  else
    redis.call('HSET', rules, 'bans', table.concat(lines, '\n'))
  end
end

function actions.moderate()
  local field = 'role:' .. target
  local role = redis.call('HGET', rules, field)
  if role == 'owner' then return on == '1' and 'same' or 'role' end
  if on == '1' then redis.call('HDEL', rules, 'keyed:' .. target) end -- the role no longer depends on a key
  if (role == 'moderator') == (on == '1') then return 'same' end
  if on == '' then return redis.call('HDEL', rules, field, 'keyed:' .. target) and nil end
  if redis.call('HEXISTS', roster, target) == 0 then return 'same' end -- it has just left: the role would be nobody's
  if countFields('role:') >= targetsMax then return 'too_many' end
  redis.call('HSET', rules, field, 'moderator')
end

-- The field `voice` has the ids of the users who may write in a read-only room: ',12,57,'.
function actions.allow()
  local voices, isOn = redis.call('HGET', rules, 'voice') or ',', on == '1'
  local at = string.find(voices, ',' .. target .. ',', 1, true)
  if target == '0' then
    local ids = isOn and redis.call('HKEYS', roster) or {}
    voices = #ids > 0 and ',' .. table.concat(ids, ',') .. ',' or ','
  elseif (at ~= nil) == isOn then
    return 'same'
  elseif isOn then
    if redis.call('HEXISTS', roster, target) == 0 then return 'same' end -- it has just left
    voices = voices .. target .. ','
  else
    voices = string.sub(voices, 1, at) .. string.sub(voices, at + #target + 2)
  end
  local _, commas = string.gsub(voices, ',', '')
  if commas - 1 > targetsMax then return 'too_many' end
  if voices == ',' then redis.call('HDEL', rules, 'voice') else redis.call('HSET', rules, 'voice', voices) end
end

function actions.offer() redis.call('HSET', rules, 'offer', target .. ' ' .. ends) end

local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, leastRole, target)
if denied then return denied end
local outcome = actions[action]()
if outcome then return outcome end
addAuditEntry(rules, at, auditEntry)
if removedEvent ~= '' then addAuditEntry(rules, at, removedEntry) end
if event ~= '' and not silent then appendEvent(log, delivered, dirty, room, event, only) end
return 'ok'
