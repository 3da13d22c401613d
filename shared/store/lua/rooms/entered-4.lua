-- with clock, user, moves, entered
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
return confirmEntry({user = user, rooms = rooms, moves = moves, leaving = leaving}, id, room, number)
