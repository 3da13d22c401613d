-- release: gives a nickname back, only if it is still the user's own.
-- KEYS  1 nick
-- ARGV  1 id
-- Bound: one key.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
