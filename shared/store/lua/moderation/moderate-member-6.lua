-- with log, clock, roles, moderation
-- moderate-member: what is done about one member of a room: checked, done, told to the room and written down together.
-- KEYS  1 rules  2 roster  3 log  4 delivered  5 dirty  6 forgetting: what is under way
-- ARGV  1 user id  2 SHA-256 of the owner's token that was given, '' for none  3 room  4 role that it takes  5 line for the list of acts
--       6 event text, '' for none  7 id of whom it is about  8 step  9 most of them in a room  10.. what it takes:
--       'kick'; 'mute': ms, '' or 'q' for quietly, name (only the muted is told); 'ban': ms, address hash, folded name, name, and when what it has said goes, too, the event text for
--       that ('' else) and a line for the list of acts; 'moderate': '1', or '' to end it; 'offer': ms
-- Gives 'ok', 'same' (it was so), 'not_owner', 'role' (whom it is about has one), 'too_many'.
-- Bound: the rules (200 mutes, 200 bans, 100 roles, 100 acts: 200 KB) and one event.
local rules, roster, log, delivered, dirty, target = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[7]
local time, most = now(), tonumber(ARGV[9])
local only, silent -- whom alone the event is for; that nobody is told
local steps = {}
local function ends() return string.format('%d', time + ARGV[10]) end
local function has(field) return redis.call('HEXISTS', rules, field) == 1 end
-- how many fields begin so; what is over is removed
local function count(prefix)
  local found = 0
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    if string.sub(field, 1, #prefix) == prefix then
      local over = prefix == 'mute:' and tonumber(string.match(redis.call('HGET', rules, field), '^%d+')) < time
      if over then redis.call('HDEL', rules, field) else found = found + 1 end
    end
  end
  return found
end
function steps.kick() end
function steps.mute()
  local field = 'mute:' .. target
  local quiet = string.find(redis.call('HGET', rules, field) or '', '^%d+ q')
  only, silent = target, redis.call('HEXISTS', roster, target) == 0 or ARGV[10] == '0' and quiet
  if ARGV[10] == '0' then return redis.call('HDEL', rules, field) and nil end
  if not has(field) and count('mute:') >= most then return 'too_many' end
  redis.call('HSET', rules, field, ends() .. (ARGV[11] == 'q' and ' q' or '') .. '\t' .. ARGV[12])
end
function steps.ban()
  local lines = {}
  for line in string.gmatch(redis.call('HGET', rules, 'bans') or '', '[^\n]+') do
    local till, id = string.match(line, '^(%d+)\t(%d+)\t')
    if tonumber(till) > time and id ~= target then lines[#lines + 1] = line end
  end
  if ARGV[10] ~= '0' then lines[#lines + 1] = table.concat({ends(), target, ARGV[11], ARGV[12], ARGV[13]}, '\t') end
  if #lines > most then return 'too_many' end
  -- `forget` goes on from here, whoever calls it
  if ARGV[14] ~= '' then redis.call('HSET', KEYS[6], target .. ' message ' .. ARGV[3], '0-0 + ' .. string.format('%d', time) .. ' ' .. ARGV[14]) end
  if #lines == 0 then redis.call('HDEL', rules, 'bans') else redis.call('HSET', rules, 'bans', table.concat(lines, '\n')) end
end
function steps.moderate()
  local field = 'role:' .. target
  local role = redis.call('HGET', rules, field)
  if role == 'owner' then return ARGV[10] == '1' and 'same' or 'role' end
  if (role == 'moderator') == (ARGV[10] == '1') then return 'same' end
  if ARGV[10] == '' then return redis.call('HDEL', rules, field) and nil end
  if redis.call('HEXISTS', roster, target) == 0 then return 'same' end -- it has just left: there would be a role of nobody
  if count('role:') >= most then return 'too_many' end
  redis.call('HSET', rules, field, 'moderator')
end
function steps.offer() redis.call('HSET', rules, 'offer', target .. ' ' .. ends()) end
local refused = refuseAct(rules, roster, ARGV[1], ARGV[2], ARGV[4], target)
if refused then return refused end
local outcome = steps[ARGV[8]]()
if outcome then return outcome end
note(rules, time, ARGV[5])
if ARGV[8] == 'ban' and ARGV[14] ~= '' then note(rules, time, ARGV[15]) end
if ARGV[6] ~= '' and not silent then tell(log, delivered, dirty, ARGV[3], ARGV[6], only) end
return 'ok'
