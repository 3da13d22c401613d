-- with clock
-- may-speak: whether a user may say something in a room, for what is not appended to its log.
-- KEYS  1 rules
-- ARGV  1 user id
-- Gives 1 or 0.
-- Bound: a few fields.
local r = redis.call('HMGET', KEYS[1], 'off', 'role:' .. ARGV[1], 'readonly', 'closed', 'mute:' .. ARGV[1])
if r[1] then return 0 end
if r[2] then return 1 end
if r[3] or r[4] or r[5] and tonumber(string.match(r[5], '^%d+')) > now() then return 0 end
return 1
