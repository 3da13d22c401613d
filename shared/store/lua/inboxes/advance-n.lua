-- with above
-- advance: moves `delivered` of rooms of one room shard, only forward; trims their logs, never past it; a room with nothing
-- undelivered leaves `dirty`. What has been delivered and is no message makes way: the room's hash has its values, so their events
-- leave the log at once; of comings and goings the last few stay.
-- KEYS  1 dirty; for each room: log, delivered. Beside the log there may be its copy, while it is written anew, and presence
-- ARGV  1 messages of history kept  2 comings and goings kept beside them; for each room: its name, log id all shards have reached, its
--       number, ids of `value` events up to there, ids of comings and goings (spaces between)
-- presence: ids of comings and goings in the log, oldest first; some may have left it already. `delivered` has their number as `present`.
-- Gives for each room {events undelivered still, events by which this call moved}.
-- Bound: 32 rooms, a few fields each, and as many events as their batches have (100). A log is trimmed by whole blocks, unread, and of 10,000
-- entries at most.
local dirty, history, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
-- those above `after`: the others another worker has seen to
local function idsOf(text, after)
  local ids = {}
  for id in string.gmatch(text, '%S+') do if above(id, after) then ids[#ids + 1] = id end end
  return ids
end
local function drop(log, ids)
  redis.call('XDEL', log, unpack(ids))
  redis.call('XDEL', log .. ':copy', unpack(ids))
end
-- Notes what has come and gone; gives how much of it there is in the log now.
local function keepPresence(log, delivered, ids)
  local presence = string.gsub(log, 'log$', 'presence')
  local present = redis.call('RPUSH', presence, unpack(ids))
  if present == #ids then -- made after the room was left empty, it goes with it
    local ttl = redis.call('PTTL', delivered)
    if ttl > 0 then redis.call('PEXPIRE', presence, ttl) end
  end
  if present > most then
    drop(log, redis.call('LPOP', presence, present - most))
    present = most
  end
  redis.call('HSET', delivered, 'present', present)
  return present
end
local replies = {}
for room = 1, (#KEYS - 1) / 2 do
  local log, delivered = KEYS[2 * room], KEYS[2 * room + 1]
  local name, id, number, values, comings = unpack(ARGV, 5 * room - 2, 5 * room + 2)
  local d = redis.call('HMGET', delivered, 'appended', 'through', 'present', 'id')
  local appended, through = tonumber(d[1] or 0), tonumber(d[2] or 0)
  local moved = math.max(number - through, 0)
  local present = tonumber(d[3] or 0)
  if moved > 0 then
    through = through + moved
    redis.call('HSET', delivered, 'id', id, 'through', through)
    values, comings = idsOf(values, d[4] or '0-0'), idsOf(comings, d[4] or '0-0')
    if #values > 0 then drop(log, values) end
    if #comings > 0 then present = keepPresence(log, delivered, comings) end
  end
  local undelivered = math.max(appended - through, 0)
  redis.call('XTRIM', log, 'MAXLEN', '~', history + present + undelivered)
  if undelivered == 0 then redis.call('ZREM', dirty, name) end
  replies[room] = {undelivered, moved}
end
return replies
