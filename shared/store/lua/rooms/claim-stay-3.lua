-- with clock, stays
-- claim-stay: notes that a room stays from now on, or stays on, if there is a place for it. A room that stays already
-- keeps its place, which counts for the network from which it was taken first.
-- KEYS
--   stays: the rooms that stay, by the end of the stay
--   networks: by room, the network of the owner's address, hashed
--   counts: by network, how many rooms
-- ARGV
--   room
--   ttl: ms that it stays
--   isOn: '1' if it stays already, else ''
--   network: of the owner's address, hashed
--   networkMax: the most rooms of one network
--   roomsMax: the most rooms
-- Returns {'ok', ms since 1970 until when it stays}, or {'address'} or {'server'} when those are too many.
-- Bound: a hundred rooms whose stay has ended.
local stays, networks, counts = unpack(KEYS)
local room, ttl, isOn, network, networkMax, roomsMax = unpack(ARGV)
local at = now()
local ends = at + tonumber(ttl)
dropEndedStays(stays, networks, counts, at)
local hasPlace = redis.call('HEXISTS', networks, room) == 1
if hasPlace and isOn == '' then -- of a former room of this name
  dropStay(stays, networks, counts, room)
  hasPlace = false
end
if not hasPlace then
  if tonumber(redis.call('HGET', counts, network) or 0) >= tonumber(networkMax) then return {'address'} end
  if redis.call('ZCARD', stays) >= tonumber(roomsMax) then return {'server'} end
  redis.call('HSET', networks, room, network)
  redis.call('HINCRBY', counts, network, 1)
end
redis.call('ZADD', stays, string.format('%d', ends), room)
return {'ok', ends}
