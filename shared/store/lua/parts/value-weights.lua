-- weigh: notes by how many bytes the values of a room have grown. valued: rooms of a shard by the bytes of their values.
local function weigh(valued, room, bytes)
  if bytes ~= 0 and tonumber(redis.call('ZINCRBY', valued, bytes, room)) <= 0 then redis.call('ZREM', valued, room) end
end
