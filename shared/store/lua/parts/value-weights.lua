-- addWeight: notes by how many bytes the values of a room have grown. weights: the rooms of a shard by the bytes of
-- their values.
local function addWeight(weights, room, bytes)
  if bytes ~= 0 and tonumber(redis.call('ZINCRBY', weights, bytes, room)) <= 0 then
    redis.call('ZREM', weights, room)
  end
end
