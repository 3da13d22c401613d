-- claim: takes a nickname if it is free, or if the given user holds it.
-- KEYS
--   nick
-- ARGV
--   id
--   from: id of the holder that may lose it, '' for none
-- Returns '' when the nickname is the caller's now, else the holder's id.
-- Bound: one key.
local nick = unpack(KEYS)
local id, from = unpack(ARGV)
local holder = redis.call('GET', nick)
if holder and holder ~= id and holder ~= from then return holder end
redis.call('SET', nick, id)
return ''
