-- appendEvent: appends an event to a room's log, for all its members, or with `only` for these users alone (ids with
-- commas between). Returns its log id.
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
-- tellRoles: appends an event for all users with a role, and for one more user (nil for none). keys: {log, delivered,
-- dirty, rules}. Returns its log id, or nil if there is nobody to tell.
local function tellRoles(keys, room, event, other)
  local users = {other}
  for _, field in ipairs(redis.call('HKEYS', keys.rules)) do
    local user = string.match(field, '^role:(%d+)$')
    if user ~= other then users[#users + 1] = user end
  end
  if #users == 0 then return end
  return appendEvent(keys.log, keys.delivered, keys.dirty, room, event, table.concat(users, ','))
end
-- tellPresence: tells a room that a user has come, gone or taken another name. While every message of users without a
-- role waits for approval (`hold: all`), their names are no way round it: only users with a role are told, and the user
-- itself. keys: {log, delivered, dirty, rules}. Returns the log id of the event.
local function tellPresence(keys, room, event, id)
  local log, delivered, dirty, rules = keys.log, keys.delivered, keys.dirty, keys.rules
  local hold, role = unpack(redis.call('HMGET', rules, 'hold', 'role:' .. id))
  if hold ~= 'all' or role then return appendEvent(log, delivered, dirty, room, event) end
  return tellRoles(keys, room, event, id)
end
