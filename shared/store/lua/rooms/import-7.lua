-- with clock, log, give-role, moderation
-- import: appends the messages of one part of an import. The parts come in their order, and a part that comes again
-- does nothing. Its values and rules are written by other steps. Then 'end' says that the part is done.
-- KEYS
--   rules, roster, log, delivered, dirty, pending, values
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   nonce: of the import, the same for all its parts
--   part: number of this part, from 0 on
--   step: 'whole' for messages alone; 'begin' if values or rules follow, and 'end' when they are there
--   undeliveredMax: undelivered events at which the log takes no more
--   auditEntry: JSON without its time
-- ARGV for each message
--   text: the event without its log id
-- Returns 'ok', 'duplicate' (the messages are there), 'done' (the whole part is), 'not_owner', 'off', 'missing' (a part
-- before this one is), 'not_empty' or 'full'.
-- Bound: the messages of the part (100), and 500 events of the log. For the first part also 100 audit entries.
local rules, roster, log, delivered, dirty, pending, values = unpack(KEYS)
local user, ownerHash, room, nonce, part, step, undeliveredMax, auditEntry = unpack(ARGV, 1, 8)
part = tonumber(part)

-- Whether nobody has said anything since a log id. People may have come and gone.
local function isSilent(since)
  local entries = redis.call('XRANGE', log, '(' .. since, '+', 'COUNT', 501)
  for _, entry in ipairs(entries) do
    if string.find(entry[2][4], '^{"type":"message"') then return false end
  end
  return #entries <= 500
end

local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, 'owner', '')
if denied then return denied end
if redis.call('HEXISTS', rules, 'off') == 1 then return 'off' end
-- the import: its nonce, its last part, the log id of its last message ('0-0' for none), and whether that part is done
local former, last, lastId, done = string.match(redis.call('HGET', rules, 'import') or '', '^(%S+) (%d+) (%S+) ?(%a*)$')
local expected = former == nonce and last + 1 or 0
if part < expected then
  if part < expected - 1 or done ~= '' then return 'done' end
  if step == 'end' then redis.call('HSET', rules, 'import', nonce .. ' ' .. part .. ' ' .. lastId .. ' done') end
  return 'duplicate'
end
if part > expected then return 'missing' end
if part == 0 then lastId = '0-0' end
local isTaken = redis.call('HLEN', roster) > 1 or part == 0 and redis.call('EXISTS', pending, values) > 0
if isTaken or not isSilent(lastId) then return 'not_empty' end
local appended, through = unpack(redis.call('HMGET', delivered, 'appended', 'through'))
if (appended or 0) - (through or 0) >= tonumber(undeliveredMax) then return 'full' end
if part == 0 then addAuditEntry(rules, now(), auditEntry) end
for i = 9, #ARGV do
  local text = unpack(ARGV, i, i)
  lastId = appendEvent(log, delivered, dirty, room, text)
end
local state = nonce .. ' ' .. part .. ' ' .. lastId
redis.call('HSET', rules, 'import', step == 'whole' and state .. ' done' or state)
return 'ok'
