-- advance: moves `delivered`, only forward; trims the log, never past it; a room with nothing undelivered leaves `dirty`.
-- KEYS  1 log  2 delivered  3 dirty
-- ARGV  1 log id all shards have reached  2 its number  3 room  4 events of history kept
-- Gives {events undelivered still, events by which this call moved}.
local log, delivered, dirty = KEYS[1], KEYS[2], KEYS[3]
local d = redis.call('HMGET', delivered, 'appended', 'through')
local appended, through = tonumber(d[1] or 0), tonumber(d[2] or 0)
local moved = math.max(tonumber(ARGV[2]) - through, 0)
if moved > 0 then
  through = through + moved
  redis.call('HSET', delivered, 'id', ARGV[1], 'through', through)
end
local undelivered = math.max(appended - through, 0)
redis.call('XTRIM', log, 'MAXLEN', '~', math.max(tonumber(ARGV[4]), undelivered))
if undelivered == 0 then redis.call('ZREM', dirty, ARGV[3]) end
return {undelivered, moved}
