-- with clock, may-speak
-- summary: who is in a room, by which rules.
-- KEYS
--   roster, rules
-- ARGV
--   membersMax: the most members that are named
--   reader: id of the user who asks
-- Returns {count of members, {id, name, ...} of some or all of them, {slow, delay, readonly, closed, links, values,
-- hold, listed, private, names, stay} (false for one that is not set), {id, role, ...}, 1 or 0 for whether the reader
-- has voice}.
-- Bound: membersMax members and some more, the names of the rules' fields (500), and 100 roles.
local roster, rules = unpack(KEYS)
local membersMax, reader = unpack(ARGV)
local count = redis.call('HLEN', roster)
local members = count > tonumber(membersMax) and redis.call('HSCAN', roster, 0, 'COUNT', membersMax)[2]
  or redis.call('HGETALL', roster)
local roles = {}
for _, field in ipairs(redis.call('HKEYS', rules)) do
  local id = string.match(field, '^role:(%d+)$')
  if id then
    roles[#roles + 1] = id
    roles[#roles + 1] = redis.call('HGET', rules, field)
  end
end
local set = redis.call('HMGET', rules, 'slow', 'delay', 'readonly', 'closed', 'links', 'values', 'hold', 'listed',
  'private', 'names', 'stay')
return {count, members, set, roles, hasVoice(redis.call('HGET', rules, 'voice'), reader) and 1 or 0}
