-- with clock, log, give-role, moderation
-- import: appends the messages of one part of an import. The parts come in their order, and a part that comes again
-- does nothing.
-- KEYS
--   rules, roster, log, delivered, dirty, pending, values
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   nonce: of the import, the same for all its parts
--   part: number of this part, from 0 on
--   undeliveredMax: undelivered events at which the log takes no more
--   auditEntry: JSON without its time
-- ARGV for each message
--   text: the event without its log id
-- Returns 'ok', 'duplicate', 'not_owner', 'off', 'missing' (a part before this one is), 'not_empty' or 'full'.
-- Bound: the messages of the part (100). For the first part also 500 events of the log, and 100 audit entries.
local rules, roster, log, delivered, dirty, pending, values = unpack(KEYS)
local user, ownerHash, room, nonce, part, undeliveredMax, auditEntry = unpack(ARGV, 1, 7)
part = tonumber(part)

-- Whether nothing was said or written here. People may have come and gone.
local function isEmpty()
  if redis.call('EXISTS', pending, values) > 0 or redis.call('XLEN', log) > 500 then return false end
  for _, entry in ipairs(redis.call('XRANGE', log, '-', '+')) do
    if string.find(entry[2][4], '^{"type":"message"') then return false end
  end
  return true
end

local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, 'owner', '')
if denied then return denied end
if redis.call('HEXISTS', rules, 'off') == 1 then return 'off' end
local former, last = string.match(redis.call('HGET', rules, 'import') or '', '^(%S+) (%d+)$')
local expected = former == nonce and last + 1 or 0
if part < expected then return 'duplicate' end
if part > expected then return 'missing' end
if redis.call('HLEN', roster) > 1 or part == 0 and not isEmpty() then return 'not_empty' end
local appended, through = unpack(redis.call('HMGET', delivered, 'appended', 'through'))
if (appended or 0) - (through or 0) >= tonumber(undeliveredMax) then return 'full' end
redis.call('HSET', rules, 'import', nonce .. ' ' .. part)
if part == 0 then addAuditEntry(rules, now(), auditEntry) end
for i = 8, #ARGV do
  local text = unpack(ARGV, i, i)
  appendEvent(log, delivered, dirty, room, text)
end
return 'ok'
