-- appendEvent: appends an event to a room's log, for all its members, or with `only` for that user alone. Returns its
-- log id.
local function appendEvent(log, delivered, dirty, room, text, only)
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = only and redis.call('XADD', log, '*', 'i', number, 'e', text, 'o', only)
    or redis.call('XADD', log, '*', 'i', number, 'e', text)
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), room)
  return id
end
-- listRoom: notes how many members a public room has. The count is negative for a room that `rooms` must not list: the
-- owner has said so, or the room has a key.
local function listRoom(publicRooms, rules, room, members)
  if members == 0 then return redis.call('ZREM', publicRooms, room) end
  local listed, memberKey = unpack(redis.call('HMGET', rules, 'listed', 'memberKey'))
  redis.call('ZADD', publicRooms, (listed or memberKey) and -members or members, room)
end
