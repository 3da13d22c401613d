-- value-weights: how many bytes the values of one room shard's rooms take. Rooms that have expired leave the list here.
-- KEYS
--   weights: rooms of the shard by the bytes of their values
-- ARGV
--   prefix: the beginning of the rooms' keys
--   roomsMax: the most rooms to name
-- Returns {bytes of all, {room, bytes, ...} of the heaviest}.
-- Bound: 1,000 rooms.
local weights = unpack(KEYS)
local prefix, roomsMax = unpack(ARGV)
local sum, heaviest = 0, {}
local flat = redis.call('ZREVRANGE', weights, 0, 999, 'WITHSCORES')
for i = 1, #flat, 2 do
  local room, bytes = flat[i], flat[i + 1]
  if redis.call('EXISTS', prefix .. room .. ':values', prefix .. room .. ':own-values') == 0 then
    redis.call('ZREM', weights, room)
  else
    sum = sum + bytes
    if #heaviest < 2 * roomsMax then heaviest[#heaviest + 1], heaviest[#heaviest + 2] = room, bytes end
  end
end
return {sum, heaviest}
