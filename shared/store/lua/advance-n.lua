-- advance: moves `delivered` of rooms of one room shard, only forward; trims their logs, never past it; a room with nothing
-- undelivered leaves `dirty`. What has been delivered and is no message makes way: the room's hash has its values, so their events
-- leave the log at once; of comings and goings the last few stay.
-- KEYS  1 dirty; for each room: log, its copy while it is written anew, delivered, presence
-- ARGV  1 messages of history kept  2 comings and goings kept beside them; for each room: its name, log id all shards have reached, its
--       number, ids of `value` events up to there, ids of comings and goings (spaces between)
-- presence: ids of comings and goings in the log, oldest first. Some may have left it already.
-- Gives for each room {events undelivered still, events by which this call moved}.
-- Bound: 32 rooms, a few fields each, and as many events as their batches have (100). A log is trimmed by whole blocks, unread, and of 10,000
-- entries at most.
local dirty, history, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local function idsOf(text)
  local ids = {}
  for id in string.gmatch(text, '%S+') do ids[#ids + 1] = id end
  return ids
end
local function drop(log, copy, ids)
  if #ids == 0 then return end
  redis.call('XDEL', log, unpack(ids))
  redis.call('XDEL', copy, unpack(ids))
end
local replies = {}
for room = 1, (#KEYS - 1) / 4 do
  local log, copy, delivered, presence = KEYS[4 * room - 2], KEYS[4 * room - 1], KEYS[4 * room], KEYS[4 * room + 1]
  local name, id, number, values, comings = unpack(ARGV, 5 * room - 2, 5 * room + 2)
  local d = redis.call('HMGET', delivered, 'appended', 'through')
  local appended, through = tonumber(d[1] or 0), tonumber(d[2] or 0)
  local moved = math.max(number - through, 0)
  local present = redis.call('LLEN', presence)
  if moved > 0 then
    through = through + moved
    redis.call('HSET', delivered, 'id', id, 'through', through)
    drop(log, copy, idsOf(values))
    if comings ~= '' then
      local before = present
      present = redis.call('RPUSH', presence, unpack(idsOf(comings)))
      if before == 0 then -- made after the room was left empty, it goes with it
        local ttl = redis.call('PTTL', delivered)
        if ttl > 0 then redis.call('PEXPIRE', presence, ttl) end
      end
      if present > most then
        drop(log, copy, redis.call('LPOP', presence, present - most))
        present = most
      end
    end
  end
  local undelivered = math.max(appended - through, 0)
  redis.call('XTRIM', log, 'MAXLEN', '~', history + present + undelivered)
  if undelivered == 0 then redis.call('ZREM', dirty, name) end
  replies[room] = {undelivered, moved}
end
return replies
