-- with clock, user, attachment, notice, moves
-- exit-user: the first step of leaving a room, on the user's shard. It begins a move, and all former moves into this
-- room are void. The user is not in the room any more, but stays a member for fan-out, marked as leaving, until it has
-- what was accepted before `left`.
-- KEYS
--   user, rooms, members, attached
--   moves: under way
--   leaving: marks of members that have exited and still get something
-- ARGV
--   id, room
--   since: the number that the user's last move must have, '' for any
-- Returns the number of the move, 0 for a user that has ended (nothing was done), -1 when its last move was another.
-- Bound: a few fields.
local user, rooms, members, attached, moves, leaving = unpack(KEYS)
local id, room, since = unpack(ARGV)
local exists, lastMove = checkUser(user, nil, 'move')
if not exists then return 0 end
if since ~= '' and lastMove ~= since then return -1 end
local number = beginMove(user, moves, id, room)
local wasIn = redis.call('SREM', rooms, room) == 1
if wasIn and not string.find(room, ':', 1, true) then redis.call('HINCRBY', user, 'public', -1) end
-- A mark belongs to another exit, unless the user was in: then a version without marks has brought it in.
if redis.call('ZSCORE', members, id) then
  redis.call(wasIn and 'HSET' or 'HSETNX', leaving, leavingField(id, room), string.format('%d ', number))
end
local _, instance = parseAttachment(redis.call('HGET', attached, id))
if instance then notify(user, instance, 'exited ' .. id .. ' ' .. room) end
return number
