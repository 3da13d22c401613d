-- with above
-- advance: moves `delivered` of rooms of one room shard forward, and trims their logs, never past it. A room with
-- nothing undelivered leaves `dirty`. Events that have been delivered and are no messages make way: `value` events
-- leave the log at once, because the room's hash has their values; of presence events (who came and went) the last few
-- stay. Beside a log there may be its copy, while it is written anew, and `presence`: ids of the presence events in the
-- log, oldest first, some of which may have left it already. `delivered` has their number as `present`.
-- KEYS
--   dirty
-- KEYS for each room
--   log, delivered
-- ARGV
--   history: messages that a log keeps
--   presenceMax: presence events that it keeps beside them
-- ARGV for each room
--   room
--   id: log id that all shards have reached
--   number: the number of that event
--   values: ids of `value` events up to there, with spaces between
--   presences: ids of presence events, the same way
-- Returns for each room {events still undelivered, events by which this call moved}.
-- Bound: 32 rooms, a few fields each, and as many events as their batches have (100). A log is trimmed by whole blocks,
-- unread, and by 10,000 entries at most.
local dirty = unpack(KEYS, 1, 1)
local history, presenceMax = unpack(ARGV, 1, 2)
history, presenceMax = tonumber(history), tonumber(presenceMax)

-- The ids above `after`: another worker has seen to the others.
local function idsAfter(text, after)
  local ids = {}
  for id in string.gmatch(text, '%S+') do
    if above(id, after) then ids[#ids + 1] = id end
  end
  return ids
end

local function deleteEvents(log, ids)
  redis.call('XDEL', log, unpack(ids))
  redis.call('XDEL', log .. ':copy', unpack(ids))
end

-- Notes new presence events. Returns how many of them the log has now.
local function keepPresence(log, delivered, ids)
  local presence = string.gsub(log, 'log$', 'presence')
  local present = redis.call('RPUSH', presence, unpack(ids))
  if present == #ids then -- a list that is made after the room was left empty expires with it
    local ttl = redis.call('PTTL', delivered)
    if ttl > 0 then redis.call('PEXPIRE', presence, ttl) end
  end
  if present > presenceMax then
    deleteEvents(log, redis.call('LPOP', presence, present - presenceMax))
    present = presenceMax
  end
  redis.call('HSET', delivered, 'present', present)
  return present
end

local replies = {}
for i = 1, (#KEYS - 1) / 2 do
  local log, delivered = unpack(KEYS, 2 * i, 2 * i + 1)
  local room, id, number, values, presences = unpack(ARGV, 5 * i - 2, 5 * i + 2)
  local row = redis.call('HMGET', delivered, 'appended', 'through', 'present', 'id')
  local appended, through, present, reached =
    tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0), row[4] or '0-0'
  local moved = math.max(number - through, 0)
  if moved > 0 then
    through = through + moved
    redis.call('HSET', delivered, 'id', id, 'through', through)
    local valueIds, presenceIds = idsAfter(values, reached), idsAfter(presences, reached)
    if #valueIds > 0 then deleteEvents(log, valueIds) end
    if #presenceIds > 0 then present = keepPresence(log, delivered, presenceIds) end
  end
  local undelivered = math.max(appended - through, 0)
  redis.call('XTRIM', log, 'MAXLEN', '~', history + present + undelivered)
  if undelivered == 0 then redis.call('ZREM', dirty, room) end
  replies[i] = {undelivered, moved}
end
return replies
