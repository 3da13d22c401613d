-- enter-room: the second step of entering, on the room's shard: roster, shard count and the `joined` event together,
-- so that a batch that holds an event after `joined` is read with this user's shard in `shards`.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard
-- ARGV  1 id  2 name  3 user shard  4 room  5 text of `joined`, '' for a private room
-- Gives 1 when the user is new in the room, 0 when it was in already.
local roster, shards, log, delivered, dirty, public = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local added = redis.call('HSETNX', roster, ARGV[1], ARGV[2])
if added == 0 then return 0 end
redis.call('HINCRBY', shards, ARGV[3], 1)
redis.call('PERSIST', log)
redis.call('PERSIST', delivered)
if ARGV[5] ~= '' then
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[5])
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[4])
  redis.call('ZADD', public, redis.call('HLEN', roster), ARGV[4])
end
return 1
