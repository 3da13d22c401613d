-- release-nick: gives back a nickname that was held by `reserve-nick` and was not taken since.
-- KEYS
--   holders
-- ARGV
--   nick: the folded name
--   record: 'id ends', as it was held
-- Returns 1 when it was still held, else 0.
-- Bound: one field.
local holders = unpack(KEYS)
local nick, record = unpack(ARGV)
if redis.call('HGET', holders, nick) ~= record then return 0 end
return redis.call('HDEL', holders, nick)
