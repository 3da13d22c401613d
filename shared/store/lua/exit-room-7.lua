-- exit-room: the first step of leaving a room, on the room's shard. A room left empty expires.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard  7 rules
-- ARGV  1 id  2 user shard  3 room  4 text of `left`, '' for a private room  5 ms an empty room is kept
-- Gives 1 when the user was in, 0 when not.
local roster, shards, log, delivered, dirty, public = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
if redis.call('HDEL', roster, ARGV[1]) == 0 then return 0 end
if redis.call('HINCRBY', shards, ARGV[2], -1) <= 0 then redis.call('HDEL', shards, ARGV[2]) end
local left = redis.call('HLEN', roster)
if ARGV[4] ~= '' then
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[4])
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[3])
  redis.call('ZADD', public, left, ARGV[3])
end
if left == 0 then
  redis.call('ZREM', public, ARGV[3])
  redis.call('PEXPIRE', log, ARGV[5])
  redis.call('PEXPIRE', delivered, ARGV[5])
  redis.call('PEXPIRE', KEYS[7], ARGV[5])
end
return 1
