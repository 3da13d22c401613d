-- with clock, user, membership-moves
-- entered: the last step of entering a room, on the user's shard: whether the user is in. The move is done.
-- KEYS
--   user, rooms
--   moves: under way
--   leaving
-- ARGV
--   id, room
--   number: of the move
-- Returns {'in', name}, {'out'} (it has exited since), {'late'} (the move has been settled as one whose process died)
-- or {'ended'} (the user has; the move stays under way).
-- Bound: a few fields.
local user, rooms, moves, leaving = unpack(KEYS)
local id, room, number = unpack(ARGV)
local exists, name = checkUser(user, nil, 'name')
if not exists then return {'ended'} end
if redis.call('ZREM', moves, moveText(id, number, room)) == 0 then return {'late'} end
if redis.call('SISMEMBER', rooms, room) == 0 then return {'out'} end
redis.call('HDEL', leaving, leavingField(id, room)) -- of a former exit, when a version without marks has brought it in
return {'in', name}
