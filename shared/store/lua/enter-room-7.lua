-- enter-room: the second step of entering, on the room's shard: roster, shard count and the `joined` event together,
-- so that a batch that holds an event after `joined` is read with this user's shard in `shards`.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard  7 rules
-- ARGV  1 id  2 name  3 user shard  4 room  5 text of `joined`, '' for a private room
--       6 SHA-256 of an owner token, '' for none: a room that is made now belongs to who has it
-- Gives 2 when the room is the user's, 1 when the user is new in the room, 0 when it was in already.
local roster, shards, log, delivered, dirty, public = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local made = redis.call('EXISTS', delivered) == 0
local added = redis.call('HSETNX', roster, ARGV[1], ARGV[2])
if added == 0 then return 0 end
redis.call('HINCRBY', shards, ARGV[3], 1)
redis.call('PERSIST', log)
redis.call('PERSIST', delivered)
redis.call('PERSIST', KEYS[7])
if ARGV[5] ~= '' then
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[5])
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[4])
  redis.call('ZADD', public, redis.call('HLEN', roster), ARGV[4])
end
if made and ARGV[6] ~= '' then
  redis.call('DEL', KEYS[7])
  redis.call('HSET', KEYS[7], 'owner', ARGV[6])
  return 2
end
return 1
