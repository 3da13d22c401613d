-- with log, above, gone, value-weights
-- exit-room: the second step of leaving a room, on the room's shard. A role ends with it, and the user's own values. A room left empty
-- expires, but not what the host has set.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard  7 rules  8 messages that wait for approval
--       9 entries  10 where the number of the move is kept for a while, so that an entry that is older comes too late
--       11 values  12 own values  13 presence  14 valued
-- ARGV  1 id  2 user shard  3 room  4 text of `left`, '' for a private room  5 ms an empty room is kept
--       6 number of the user's move, '' for a user that has ended: none of its entries counts  7 ms the number is kept, 0: not at all
-- Gives {1, log id of `left`, or of the last event in a private room}, or {0, log id of the last event} when the user was not in the roster,
-- or has entered again since its move began.
-- Bound: a few fields and one event, however many members there are.
local roster, shards, log, delivered, dirty, public, rules = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local number = tonumber(ARGV[6]) or 9007199254740991
if ARGV[7] ~= '0' and number > tonumber(redis.call('GET', KEYS[10]) or 0) then
  redis.call('SET', KEYS[10], string.format('%d', number), 'PX', ARGV[7])
end
local function last()
  local entry = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end
if redis.call('HEXISTS', roster, ARGV[1]) == 0 or tonumber(redis.call('HGET', KEYS[9], ARGV[1]) or 0) > number then return {0, last()} end
redis.call('HDEL', roster, ARGV[1])
redis.call('HDEL', KEYS[9], ARGV[1])
redis.call('HDEL', rules, 'role:' .. ARGV[1])
weigh(KEYS[14], ARGV[3], -redis.call('HSTRLEN', KEYS[12], ARGV[1]))
redis.call('HDEL', KEYS[12], ARGV[1])
local left = redis.call('HLEN', roster)
local id = ''
if ARGV[4] ~= '' then
  id = tell(log, delivered, dirty, ARGV[3], ARGV[4])
  redis.call('ZADD', public, left, ARGV[3])
else
  id = last()
end
if redis.call('HINCRBY', shards, ARGV[2], -1) <= 0 then
  redis.call('HDEL', shards, ARGV[2])
  if ARGV[6] ~= '' then noteGone(delivered, ARGV[2], id) end
end
if left == 0 then
  redis.call('ZREM', public, ARGV[3])
  redis.call('DEL', KEYS[9]) -- a version without numbers may have left some
  for _, key in ipairs({log, delivered, KEYS[8], KEYS[11], KEYS[12], KEYS[13]}) do redis.call('PEXPIRE', key, ARGV[5]) end
  local host = redis.call('HMGET', rules, 'kept', 'off')
  if not host[1] and not host[2] then redis.call('PEXPIRE', rules, ARGV[5]) end
end
return {1, id}
