-- release: gives a nickname back, only if it is still the user's own.
-- KEYS
--   nick
-- ARGV
--   id
-- Returns 1 when it was the user's, else 0.
-- Bound: one key.
local nick = unpack(KEYS)
local id = unpack(ARGV)
if redis.call('GET', nick) == id then return redis.call('DEL', nick) end
return 0
