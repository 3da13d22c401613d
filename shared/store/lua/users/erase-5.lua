-- erase: removes what is left of an ended user, `seen` with the rest, so that a crash before leaves it to the next expiry.
-- KEYS  1 user  2 inbox  3 the user's rooms  4 seen  5 attached
-- ARGV  1 id
-- Bound: the user's keys are unlinked, unread.
local user = KEYS[1]
local n = redis.call('HGET', user, 'n')
if n then redis.call('DEL', user .. ':bell:' .. n) end
redis.call('UNLINK', user, KEYS[2], KEYS[3])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
return 1
