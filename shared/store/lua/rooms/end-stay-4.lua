-- with clock, stays
-- end-stay: takes a room out of the index of rooms that stay, and those whose stay has ended. The last one takes the
-- key of the hashes with it.
-- KEYS
--   stays, networks, counts: as of `claim-stay`
--   secret: the key of the hashes
-- ARGV
--   room: '' for none
--   ends: the end of its stay (ms) that the index must have, '' for any
-- Returns 1.
-- Bound: a hundred rooms whose stay has ended.
local stays, networks, counts, secret = unpack(KEYS)
local room, ends = unpack(ARGV)
local isMeant = ends == '' or redis.call('ZSCORE', stays, room) == ends
if room ~= '' and isMeant then dropStay(stays, networks, counts, room) end
dropEndedStays(stays, networks, counts, now())
if redis.call('EXISTS', stays) == 0 then redis.call('DEL', secret) end
return 1
