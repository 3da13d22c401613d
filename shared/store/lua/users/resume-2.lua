-- resume: finds a user whose `join` is repeated, and counts it as seen then: it has as long to call as one that is new.
-- KEYS  1 user  2 seen
-- ARGV  1 id  2 SHA-256 of the token  3 ms ago that it counts as seen, as for `create`; one that was seen later stays so
-- Gives its name, nil for none of that token or one that has ended.
-- Bound: one hash.
local h = redis.call('HMGET', KEYS[1], 'token', 'ended', 'name')
if h[1] ~= ARGV[2] or h[2] then return nil end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], 'GT', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[3], ARGV[1])
return h[3]
