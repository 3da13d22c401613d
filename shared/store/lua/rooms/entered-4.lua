-- with clock, moves
-- entered: the last step of entering a room, on the user's shard: whether the user is in. The move is done.
-- KEYS  1 user  2 the user's rooms  3 moves under way  4 leaving
-- ARGV  1 id  2 room  3 number of the move
-- Gives {'in', name}, {'out'} (it has exited since), {'late'} (the move has been settled as one whose process died)
-- or {'ended'} (the user has; the move stays under way).
-- Bound: a few fields.
local h = redis.call('HMGET', KEYS[1], 'token', 'ended', 'name')
if not h[1] or h[2] then return {'ended'} end
if redis.call('ZREM', KEYS[3], moveOf(ARGV[1], ARGV[3], ARGV[2])) == 0 then return {'late'} end
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0 then return {'out'} end
redis.call('HDEL', KEYS[4], markOf(ARGV[1], ARGV[2])) -- of a former exit, when a version without marks has brought it in
return {'in', h[3]}
