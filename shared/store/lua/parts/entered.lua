-- confirmEntry: the last step of entering a room, on the user's shard. See the script `entered`.
local function confirmEntry(keys, id, room, number)
  local exists, name = checkUser(keys.user, nil, 'name')
  if not exists then return {'ended'} end
  if redis.call('ZREM', keys.moves, moveText(id, number, room)) == 0 then return {'late'} end
  if redis.call('SISMEMBER', keys.rooms, room) == 0 then return {'out'} end
  -- of a former exit, when a version without marks has brought it in
  redis.call('HDEL', keys.leaving, leavingField(id, room))
  return {'in', name}
end
