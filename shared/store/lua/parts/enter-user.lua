-- refusesPair: whether a room is the private one of a user and another one that it has blocked.
local function refusesPair(blocks, room, id)
  local one, two = string.match(room, '^(%d+):(%d+)$')
  return one and string.find(blocks, ' ' .. (one == id and two or one) .. ' ', 1, true) ~= nil
end
-- enterByUser: the first step of entering a room, on the user's shard. See the script `enter-user`.
local function enterByUser(keys, asked)
  local id, room = asked.id, asked.room
  local token = asked.tokenHash ~= '' and asked.tokenHash or nil
  local valid, name, public, lastMove, blocks = checkUser(keys.user, token, 'name', 'public', 'move', 'blocks')
  if not valid then return {'unauthorized'} end
  if asked.since ~= '' and lastMove ~= asked.since then return {'moved'} end
  if blocks and refusesPair(blocks, room, id) then return {'blocked'} end
  public = tonumber(public or 0)
  if redis.call('SISMEMBER', keys.rooms, room) == 0 then
    local isPrivate = string.find(room, ':', 1, true)
    local count = isPrivate and redis.call('SCARD', keys.rooms) - public or public
    if count >= tonumber(asked.roomsMax) then return {'too_many'} end
    if not isPrivate then redis.call('HINCRBY', keys.user, 'public', 1) end
    redis.call('SADD', keys.rooms, room)
  end
  if asked.address ~= '' then redis.call('HSET', keys.user, 'address', asked.address) end
  redis.call('ZADD', keys.members, id, id)
  -- a user that has exited and comes back goes on as a member, and that exit needs nothing more
  local exit, owed = parseMark(redis.call('HGET', keys.leaving, leavingField(id, room)))
  if exit then
    redis.call('HDEL', keys.leaving, leavingField(id, room))
    redis.call('ZREM', keys.moves, moveText(id, exit, room))
  end
  redis.call('SET', keys.position, string.format('%d-0  -inf', now() - 1), 'NX')
  local _, instance = parseAttachment(redis.call('HGET', keys.attached, id))
  if instance then notify(keys.user, instance, 'entered ' .. id .. ' ' .. room) end
  return {'ok', name, beginMove(keys.user, keys.moves, id, room), owed == '' and '+' or owed or ''}
end
