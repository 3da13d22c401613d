-- with log, clock, roles, moderation
-- own: a room gets a new owner: a member to whom it was offered, or whom the host gives the token. The former owner's token and the
-- roles by it end. May be repeated while the offer lasts, with another token: the answer may have been lost.
-- KEYS  1 rules  2 roster  3 log  4 delivered  5 dirty
-- ARGV  1 id of the new owner, '' when the host does it  2 SHA-256 of the new token  3 room  4 line for the list of acts  5 event text
-- Gives 'ok' or 'not_owner'.
-- Bound: the rules' fields (500), 100 acts and one event.
local rules, id = KEYS[1], ARGV[1]
local time = now()
local offered, ends = string.match(redis.call('HGET', rules, 'offer') or '', '^(%d+) (%d+)$')
if id ~= '' and (offered ~= id or tonumber(ends) < time or redis.call('HEXISTS', KEYS[2], id) == 0) then return 'not_owner' end
local again = id ~= '' and redis.call('HGET', rules, 'role:' .. id) == 'owner'
for _, field in ipairs(redis.call('HKEYS', rules)) do
  if string.find(field, '^role:') and redis.call('HGET', rules, field) == 'owner' then redis.call('HDEL', rules, field) end
end
redis.call('HSET', rules, 'owner', ARGV[2])
if id == '' then
  redis.call('HSET', rules, 'kept', 1)
  redis.call('HDEL', rules, 'offer')
  redis.call('PERSIST', rules)
else
  redis.call('HSET', rules, 'role:' .. id, 'owner')
end
if again then return 'ok' end
note(rules, time, ARGV[4])
if ARGV[5] ~= '' then tell(KEYS[3], KEYS[4], KEYS[5], ARGV[3], ARGV[5]) end
return 'ok'
