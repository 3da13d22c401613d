-- with clock, log, give-role, moderation
-- own: a room gets a new owner: a member to whom it was offered, or somebody whom the operator gives the token. The
-- former owner's token ends, and the roles by it. May be repeated while the offer lasts, with another token, because
-- the answer may have been lost.
-- KEYS
--   rules, roster, log, delivered, dirty
-- ARGV
--   id: of the new owner, '' when the operator takes the room
--   tokenHash: SHA-256 of the new owner's token
--   room
--   auditEntry: JSON without its time
--   event: text of the event for the room, '' for none
-- Returns 'ok' or 'not_owner'.
-- Bound: the rules' fields (500), 100 audit entries and one event.
local rules, roster, log, delivered, dirty = unpack(KEYS)
local id, tokenHash, room, auditEntry, event = unpack(ARGV)
local at, isOperator = now(), id == ''
local offered, ends = string.match(redis.call('HGET', rules, 'offer') or '', '^(%d+) (%d+)$')
local mayTake = isOperator or offered == id and tonumber(ends) >= at and redis.call('HEXISTS', roster, id) == 1
if not mayTake then return 'not_owner' end
local again = not isOperator and redis.call('HGET', rules, 'role:' .. id) == 'owner'
for _, field in ipairs(redis.call('HKEYS', rules)) do
  local isRole = string.find(field, '^role:')
  if isRole and redis.call('HGET', rules, field) == 'owner' then redis.call('HDEL', rules, field) end
end
redis.call('HSET', rules, 'owner', tokenHash)
if isOperator then
  redis.call('HSET', rules, 'kept', 1)
  redis.call('HDEL', rules, 'offer')
  redis.call('PERSIST', rules)
else
  redis.call('HSET', rules, 'role:' .. id, 'owner')
  redis.call('HDEL', rules, 'keyed:' .. id)
end
if again then return 'ok' end
addAuditEntry(rules, at, auditEntry)
if event ~= '' then appendEvent(log, delivered, dirty, room, event) end
return 'ok'
