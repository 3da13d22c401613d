-- create: makes a user's hash, never over an existing one (a restored Redis may count ids up again).
-- KEYS  1 user  2 seen
-- ARGV  1 id  2 SHA-256 of the token  3 name  4 folded name  5 ms ago that it counts as seen, so that it is stale sooner unless it calls again
-- Gives 1, or 0 when the id is in use.
-- Bound: one hash.
local user, seen = KEYS[1], KEYS[2]
if redis.call('EXISTS', user) == 1 then return 0 end
redis.call('HSET', user, 'token', ARGV[2], 'name', ARGV[3], 'nick', ARGV[4])
local time = redis.call('TIME')
redis.call('ZADD', seen, time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[5], ARGV[1])
return 1
