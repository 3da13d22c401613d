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
--   keep: how many of them stay in the inbox, the last ones: a stream has given them, and they are not acknowledged yet
--   want: 'blocking'; 'live' (if the user's last poll came here too, else blocking); 'full' (live or not at all);
--     'stream' (the same, also without a cursor); or 'none' (the poll is not held)
--   eventsMax: the most events to give
--   bytesMax: the most bytes of events to give; one event is given whatever its size
-- Returns {'unauthorized'}, or {way ('live', 'blocking' or ''), n, count acknowledged, log id there, digest there,
-- events missed, 1 for a reset, sequence, {room, ...}, count kept, digest of those, log id after the events, digest of
-- the events, {event, ...}}. The rooms come when the user waits, or was not attached to this instance before. Else they
-- are nil: the instance knows them.
-- Bound: the inbox (INBOX_MAX events, INBOX_BYTES) once for what is acknowledged and once for what is given, which ends
-- at eventsMax and bytesMax; 5,200 names of rooms.
local user, inbox, seen, attached, sequence = unpack(KEYS)
local id, tokenHash, instance, cursorCount, cursorEvent, cursorDigest, keep, want, eventsMax, bytesMax = unpack(ARGV)
local valid, base, baseId, acked, given, lastInstance, sum =
  checkUser(user, tokenHash, 'base', 'baseId', 'acked', 'given', 'process', 'sum')
if not valid then return {'unauthorized'} end
base, baseId, acked = tonumber(base or 0), baseId or '0-0', tonumber(acked or 0)
local length = redis.call('LLEN', inbox)
local cluster = false -- set by scripts.ts
-- While a slot moves, a key may be elsewhere already. Then it fails here, before anything is written.
if cluster then redis.call('EXISTS', user .. ':rooms') end

local function idOf(text) return string.match(text, '^{"id":"([%d-]+)') end

-- Whether the inbox has the event of a cursor that is `behind` events after its beginning. Before the beginning it
-- cannot be checked.
local function isThere(list, size, behind, idBefore, eventId)
  if behind <= 0 then return behind < 0 or idBefore == eventId end
  return behind <= size and idOf(redis.call('LINDEX', list, behind - 1)) == eventId
end

-- The digest before the last `kept` of the first `behind` events of the inbox, the digest of those, and whether the
-- digest behind all of them is the one that the cursor claims. Where either is not known, the other one is taken.
local function digestBehind(list, known, behind, kept, claimed)
  local texts = behind > 0 and redis.call('LRANGE', list, 0, behind - 1) or {}
  local reached = digestWith(known or 0, texts)
  if known and claimed and reached ~= claimed then return known, 0, false end
  local last = {}
  for i = behind - kept + 1, behind do last[#last + 1] = texts[i] end
  local ofKept = digestWith(0, last)
  return ((claimed or reached) - ofKept) % 2147483648, ofKept, true -- DIGEST_MODULUS in inboxes.ts
end

-- Reads in small steps, because a few large events fill an answer.
local function readEvents(list, from, most, bytesLeft)
  local step, events = 10, {}
  while #events < most do
    local first = from + #events
    local slice = redis.call('LRANGE', list, first, first + math.min(step, most - #events) - 1)
    for _, text in ipairs(slice) do
      bytesLeft = bytesLeft - #text
      if bytesLeft < 0 and #events > 0 then return events end
      events[#events + 1] = text
    end
    if bytesLeft < 0 or #slice < step then return events end
  end
  return events
end

local _, formerInstance, formerN = parseAttachment(redis.call('HGET', attached, id))
if formerN then redis.call('DEL', user .. ':bell:' .. formerN) end

-- Acknowledge by the cursor; without one, what the last poll was given. A cursor whose event is not there is from
-- another time: that is a reset. So is a cursor whose event is there after others than the client has had: Redis lost
-- its last moments, and the events came again in another order.
local behind = (tonumber(cursorCount) or math.min(tonumber(given or 0), base + length)) - base
local fits = cursorCount == '' or isThere(inbox, length, behind, baseId, cursorEvent)
local digest, kept, keptDigest = digestAt(sum, base), math.max(0, math.min(behind, tonumber(keep))), 0
if fits and behind >= 0 then
  digest, keptDigest, fits = digestBehind(inbox, digest, behind, kept, tonumber(cursorDigest))
end
if not fits then kept, keptDigest = 0, 0 end
local missed = fits and math.max(0, base - math.max(base + behind, acked)) or 0
local done = behind - kept
if fits and done > 0 then
  baseId = idOf(redis.call('LINDEX', inbox, done - 1))
  redis.call('LTRIM', inbox, done, -1)
  length, base = length - done, base + done
  redis.call('HSET', user, 'base', base, 'baseId', baseId, 'acked', base)
end

local events = readEvents(inbox, kept, tonumber(eventsMax), tonumber(bytesMax))
local last = #events > 0 and idOf(events[#events]) or kept > 0 and cursorEvent or baseId
local n = redis.call('HINCRBY', user, 'n', 1)
redis.call('HSET', user, 'given', base + kept + #events, 'process', instance, 'sum', base .. ' ' .. (digest or 0))
redis.call('ZADD', seen, now(), id)
-- The newest poll wins. The bell of the former one has gone, and its instance, if it is another, learns where the user
-- is now, even if it holds no poll: signals may wait there.
if formerN and formerInstance ~= instance then
  notify(user, formerInstance, 'superseded ' .. id .. ' ' .. formerN .. ' ' .. instance)
end
local wantsLive = want == 'full' or want == 'live' and lastInstance == instance
local mayBeLive = want == 'stream' or wantsLive and cursorCount ~= ''
local way = ''
if mayBeLive and length == kept + #events then
  way = 'live'
  redis.call('HSET', user, 'lineage', replicationId())
elseif #events == 0 and (want == 'blocking' or want == 'live') then
  way = 'blocking'
end
local rooms = (way ~= '' or formerInstance ~= instance) and redis.call('SMEMBERS', user .. ':rooms')
-- 'none': no poll waits, but the user polls, so fan-out keeps a whole inbox for it.
redis.call('HSET', attached, id, attachmentText(way == '' and 'none' or way, instance, n))
local delivered = tonumber(redis.call('GET', sequence) or 0)
local reset = fits and 0 or 1
local sumOfEvents = digestWith(0, events)
return {
  way, n, base, baseId, digest or 0, missed, reset, delivered, rooms, kept, keptDigest, last, sumOfEvents, events,
}
