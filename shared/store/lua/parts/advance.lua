-- advanceRoom: moves `delivered` of a room forward, and trims its log, never past it. See the script `advance`.
-- room: {name, log, delivered}. batch: {id, number, passing, presences} of its events up to the last one.
-- Returns how many events are still undelivered, by how many this call moved, and the ids of the hooks that are due.

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
local function keepPresence(log, delivered, ids, presenceMax)
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

local function advanceRoom(dirty, room, batch, history, presenceMax)
  local log, delivered = room.log, room.delivered
  local row = redis.call('HMGET', delivered, 'appended', 'through', 'present', 'id', 'hooks')
  local appended, through, present, reached =
    tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0), row[4] or '0-0'
  local armed, woken = row[5], ''
  local moved = math.max(batch.number - through, 0)
  if moved > 0 then
    through = through + moved
    redis.call('HSET', delivered, 'id', batch.id, 'through', through)
    local passingIds, presenceIds = idsAfter(batch.passing, reached), idsAfter(batch.presences, reached)
    if #passingIds > 0 then deleteEvents(log, passingIds) end
    if #presenceIds > 0 then present = keepPresence(log, delivered, presenceIds, presenceMax) end
    if armed then woken = wakeHooks(dirty, delivered, room.name, armed, string.match(batch.id, '^%d+')) end
  end
  local undelivered = math.max(appended - through, 0)
  local removed = redis.call('XTRIM', log, 'MAXLEN', '~', history + present + undelivered)
  if armed then noteCut(delivered, removed) end
  forgetTrimmed(log)
  if undelivered == 0 then redis.call('ZREM', dirty, room.name) end
  return undelivered, moved, woken
end
