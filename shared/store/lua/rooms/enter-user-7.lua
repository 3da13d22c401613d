-- with clock, user, attachment, notice, membership-moves
-- enter-user: the first step of entering a room, on the user's shard: members and the user's rooms. It begins a move.
-- A shard that has no position in the room notes the millisecond before it got a member. If a failover loses its first
-- deliveries, it is behind from there on, and no event is passed over.
-- KEYS
--   user, rooms, members, attached, position
--   moves: under way
--   leaving
-- ARGV
--   id, room
--   tokenHash: '' when another user's message brings this one in
--   roomsMax: the most rooms of the user; public and private rooms are counted apart
--   address: hash of the user's address, '' when it is not known
-- Returns {'ok', name, number of the move, what the user is owed of a former exit: a log id, '+' when that is not known
-- yet, '' for nothing}, {'unauthorized'} (or ended, or unknown) or {'too_many'}.
-- Bound: a few fields.
local user, rooms, members, attached, position, moves, leaving = unpack(KEYS)
local id, room, tokenHash, roomsMax, address = unpack(ARGV)
local valid, name, public = checkUser(user, tokenHash ~= '' and tokenHash or nil, 'name', 'public')
if not valid then return {'unauthorized'} end
public = tonumber(public or 0)
if redis.call('SISMEMBER', rooms, room) == 0 then
  local isPrivate = string.find(room, ':', 1, true)
  local count = isPrivate and redis.call('SCARD', rooms) - public or public
  if count >= tonumber(roomsMax) then return {'too_many'} end
  if not isPrivate then redis.call('HINCRBY', user, 'public', 1) end
  redis.call('SADD', rooms, room)
end
if address ~= '' then redis.call('HSET', user, 'address', address) end
redis.call('ZADD', members, id, id)
-- a user that has exited and comes back goes on as a member, and that exit needs nothing more
local exit, owed = parseMark(redis.call('HGET', leaving, leavingField(id, room)))
if exit then
  redis.call('HDEL', leaving, leavingField(id, room))
  redis.call('ZREM', moves, moveText(id, exit, room))
end
redis.call('SET', position, string.format('%d-0  -inf', now() - 1), 'NX')
local _, instance = parseAttachment(redis.call('HGET', attached, id))
if instance then notify(user, instance, 'entered ' .. id .. ' ' .. room) end
return {'ok', name, beginMove(user, moves, id, room), owed == '' and '+' or owed or ''}
