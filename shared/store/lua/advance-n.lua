-- advance: moves `delivered` of rooms of one room shard, only forward; trims their logs, never past it; a room with nothing
-- undelivered leaves `dirty`.
-- KEYS  1 dirty; for each room: log, delivered
-- ARGV  1 events of history kept; for each room: its name, log id all shards have reached, its number
-- Gives for each room {events undelivered still, events by which this call moved}.
-- Bound: 32 rooms, a few fields each. A log is trimmed by whole blocks, unread, and of 10,000 entries at most.
local dirty, history = KEYS[1], tonumber(ARGV[1])
local replies = {}
for room = 1, (#KEYS - 1) / 2 do
  local log, delivered = KEYS[2 * room], KEYS[2 * room + 1]
  local name, id, number = ARGV[3 * room - 1], ARGV[3 * room], tonumber(ARGV[3 * room + 1])
  local d = redis.call('HMGET', delivered, 'appended', 'through')
  local appended, through = tonumber(d[1] or 0), tonumber(d[2] or 0)
  local moved = math.max(number - through, 0)
  if moved > 0 then
    through = through + moved
    redis.call('HSET', delivered, 'id', id, 'through', through)
  end
  local undelivered = math.max(appended - through, 0)
  redis.call('XTRIM', log, 'MAXLEN', '~', math.max(history, undelivered))
  if undelivered == 0 then redis.call('ZREM', dirty, name) end
  replies[room] = {undelivered, moved}
end
return replies
