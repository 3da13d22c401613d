-- appendEvent: appends an event to a room's log, for all its members, or with `only` for that user alone. Returns its
-- log id.
local function appendEvent(log, delivered, dirty, room, text, only)
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = only and redis.call('XADD', log, '*', 'i', number, 'e', text, 'o', only)
    or redis.call('XADD', log, '*', 'i', number, 'e', text)
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), room)
  return id
end
