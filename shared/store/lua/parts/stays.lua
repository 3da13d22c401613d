-- dropStay: takes a room out of the index of rooms that stay. networks: by room, the network of the owner's address.
-- counts: by network, how many rooms.
local function dropStay(stays, networks, counts, room)
  local network = redis.call('HGET', networks, room)
  redis.call('ZREM', stays, room)
  redis.call('HDEL', networks, room)
  if network and redis.call('HINCRBY', counts, network, -1) <= 0 then redis.call('HDEL', counts, network) end
end
-- dropEndedStays: takes rooms out whose stay has ended, a hundred at most.
local function dropEndedStays(stays, networks, counts, at)
  local ended = redis.call('ZRANGEBYSCORE', stays, '-inf', string.format('%d', at), 'LIMIT', 0, 100)
  for _, room in ipairs(ended) do dropStay(stays, networks, counts, room) end
end
