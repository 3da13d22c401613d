-- with log
-- exit-room: the first step of leaving a room, on the room's shard. A role ends with it. A room left empty expires, but not what the
-- host has set.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard  7 rules  8 messages that wait for approval
-- ARGV  1 id  2 user shard  3 room  4 text of `left`, '' for a private room  5 ms an empty room is kept
-- Gives the log id of `left`, '' for a private room or when the user was not in.
-- Bound: a few fields and one event, however many members there are.
local roster, shards, log, delivered, dirty, public, rules = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
if redis.call('HDEL', roster, ARGV[1]) == 0 then return '' end
if redis.call('HINCRBY', shards, ARGV[2], -1) <= 0 then redis.call('HDEL', shards, ARGV[2]) end
redis.call('HDEL', rules, 'role:' .. ARGV[1])
local left = redis.call('HLEN', roster)
local id = ''
if ARGV[4] ~= '' then
  id = tell(log, delivered, dirty, ARGV[3], ARGV[4])
  redis.call('ZADD', public, left, ARGV[3])
end
if left == 0 then
  redis.call('ZREM', public, ARGV[3])
  for _, key in ipairs({log, delivered, KEYS[8]}) do redis.call('PEXPIRE', key, ARGV[5]) end
  local host = redis.call('HMGET', rules, 'kept', 'off')
  if not host[1] and not host[2] then redis.call('PEXPIRE', rules, ARGV[5]) end
end
return id
