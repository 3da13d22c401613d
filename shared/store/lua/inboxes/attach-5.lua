-- with clock, user, attachment, notice, digest, replication-id
-- attach: ties a poll to its user and instance: checks the token, acknowledges by the cursor, gives what the inbox
-- holds.
-- KEYS
--   user, inbox, seen, attached
--   sequence: number of the last delivery of this shard to this instance
-- ARGV
--   id, tokenHash, instance
--   cursorCount: events of the inbox up to the cursor, '' without a cursor
--   cursorEvent: the log id of the last of them
--   cursorDigest: the digest of all of them, '' when it is not known
--   want: 'blocking'; 'live' (if the user's last poll came here too, else blocking); 'full' (live or not at all); or
--     'none' (the poll is not held)
--   eventsMax: the most events to give
--   bytesMax: the most bytes of events to give; one event is given whatever its size
-- Returns {'unauthorized'}, or {way ('live', 'blocking' or ''), n, count acknowledged, log id there, digest there,
-- events missed, 1 for a reset, sequence, {room, ...}, log id after the events, digest of the events, {event, ...}}.
-- The rooms come when the user waits, or was not attached to this instance before. Else they are nil: the instance
-- knows them.
-- Bound: the inbox (INBOX_MAX events, INBOX_BYTES) once for what is acknowledged and once for what is given, which ends
-- at eventsMax and bytesMax; 5,200 names of rooms.
local user, inbox, seen, attached, sequence = unpack(KEYS)
local id, tokenHash, instance, cursorCount, cursorEvent, cursorDigest, want, eventsMax, bytesMax = unpack(ARGV)
local valid, base, baseId, acked, given, lastInstance =
  checkUser(user, tokenHash, 'base', 'baseId', 'acked', 'given', 'process')
if not valid then return {'unauthorized'} end
base, baseId, acked = tonumber(base or 0), baseId or '0-0', tonumber(acked or 0)
local length = redis.call('LLEN', inbox)
-- A key that is derived from the tag comes before the first write. Where it is not in place (a slot of a cluster that
-- moves), the script fails here and has done nothing.
redis.call('EXISTS', user .. ':rooms')

local function idOf(text) return string.match(text, '^{"id":"([%d-]+)') end

-- The log id that a cursor after this many events must have: nil beyond the inbox; before the inbox it cannot be told.
local function idAt(count)
  if count > base + length then return nil end
  if count > base then return idOf(redis.call('LINDEX', inbox, count - base - 1)) end
  return count == base and baseId or cursorEvent
end

-- Acknowledges by the cursor; without one, what the last poll was given. A cursor whose event is not there is from
-- another
-- time: that is a reset. So is a cursor whose event is there after others than the client has had: Redis lost its last
-- moments, and the events came again in another order. Returns the digest, events missed, and 1 for a reset.
local function acknowledge()
  local target = tonumber(cursorCount) or math.min(tonumber(given or 0), base + length)
  local reset = 0
  if cursorCount ~= '' and idAt(target) ~= cursorEvent then reset, target = 1, base end
  local digest, claimed = digestAt(user, base), tonumber(cursorDigest)
  if target >= base and reset == 0 then
    local texts = target > base and redis.call('LRANGE', inbox, 0, target - base - 1) or {}
    local reached = digestWith(digest or 0, texts)
    if digest and claimed and reached ~= claimed then reset, target = 1, base else digest = claimed or reached end
  end
  local missed = reset == 1 and 0 or math.max(0, base - math.max(target, acked))
  if target > base then
    baseId = idAt(target)
    redis.call('LTRIM', inbox, target - base, -1)
    length, base = length - (target - base), target
    redis.call('HSET', user, 'base', base, 'baseId', baseId, 'acked', base)
  end
  return digest or 0, missed, reset
end

-- Reads in small steps, because a few large events fill an answer.
local function readEvents()
  local step, events, bytesLeft, most = 10, {}, tonumber(bytesMax), tonumber(eventsMax)
  while #events < most do
    local slice = redis.call('LRANGE', inbox, #events, math.min(#events + step, most) - 1)
    for _, text in ipairs(slice) do
      bytesLeft = bytesLeft - #text
      if bytesLeft < 0 and #events > 0 then return events end
      events[#events + 1] = text
    end
    if bytesLeft < 0 or #slice < step then return events end
  end
  return events
end

local function wayToWait(count)
  local wantsLive = want == 'full' or want == 'live' and lastInstance == instance
  if wantsLive and cursorCount ~= '' and length == count then return 'live' end
  return count == 0 and (want == 'blocking' or want == 'live') and 'blocking' or ''
end

local _, formerInstance, formerN = parseAttachment(redis.call('HGET', attached, id))
if formerN then redis.call('DEL', user .. ':bell:' .. formerN) end
local digest, missed, reset = acknowledge()
local events = readEvents()
local last = #events > 0 and idOf(events[#events]) or baseId
local n = redis.call('HINCRBY', user, 'n', 1)
redis.call('HSET', user, 'given', base + #events, 'process', instance, 'sum', base .. ' ' .. digest)
redis.call('ZADD', seen, now(), id)
-- The newest poll wins. The bell of the former one has gone, and its instance, if it is another, learns where the user
-- is now, even if it holds no poll: signals may wait there.
if formerN and formerInstance ~= instance then
  notify(user, formerInstance, 'superseded ' .. id .. ' ' .. formerN .. ' ' .. instance)
end
local way = wayToWait(#events)
if way == 'live' then redis.call('HSET', user, 'lineage', replicationId()) end
local rooms = (way ~= '' or formerInstance ~= instance) and redis.call('SMEMBERS', user .. ':rooms')
-- 'none': no poll waits, but the user polls, so fan-out keeps a whole inbox for it.
redis.call('HSET', attached, id, attachmentText(way == '' and 'none' or way, instance, n))
local delivered = tonumber(redis.call('GET', sequence) or 0)
return {way, n, base, baseId, digest, missed, reset, delivered, rooms, last, digestWith(0, events), events}
