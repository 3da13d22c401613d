-- claim: takes a nickname if it is free or held by the given user.
-- KEYS  1 nick
-- ARGV  1 id  2 id of the holder it may be taken from ('' for none)
-- Gives '' when it is the caller's now, else the holder's id.
-- Bound: one key.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then return holder end
redis.call('SET', KEYS[1], ARGV[1])
return ''
