-- with clock, above, gone, moves, digest, attachment, push, batch, deliver, overlay, forget-trimmed, passing
-- with wake-hooks, note-cut, advance
-- fan-out: all three steps of fan-out in one call, for rooms of one Redis that holds all keys: it reads each room's
-- undelivered events, copies them into the inboxes of the members, and moves `delivered` when all have them.
-- KEYS for each room
--   dirty, log, delivered, shards
-- ARGV
--   batchMax: the most events of a room
--   eventsMax: the most events of an inbox
--   pushesMax: the most pushes of this call
--   bytesMax: the most bytes of an inbox
--   neverPolledBytesMax: the same, for a user that has never polled
--   history: messages that a log keeps
--   presenceMax: presence events that it keeps beside them
-- ARGV for each room
--   room
-- Returns for each room {status, events by which this call moved, ids of the batch with spaces between, ids of the
-- hooks that are due, the same way}. The status is 'done' (nothing is undelivered), 'more' (call again), or 'behind' (a
-- shard needs older events: take the three steps).
-- Bound: as the three steps, for 16 rooms. A room that finds the pushes used up gets on by one member of each shard.
local batchMax, eventsMax, pushesMax, bytesMax, neverPolledBytesMax, history, presenceMax = unpack(ARGV, 1, 7)
batchMax, history, presenceMax = tonumber(batchMax), tonumber(history), tonumber(presenceMax)
deliveryLimits(eventsMax, pushesMax, bytesMax, neverPolledBytesMax)
local served = {} -- user shards by number

-- The events of a batch as inboxes keep them: {id, text, id, text, ...}, each text with its id.
local function eventsOf(flat)
  local events = {}
  for i = 1, #flat, 3 do
    local id = flat[i]
    events[#events + 1] = id
    events[#events + 1] = '{"id":"' .. id .. '","at":' .. string.match(id, '^%d+') .. ',' .. string.sub(flat[i + 2], 2)
  end
  return events
end

-- The parts of a batch that `advance` needs, and all its ids.
local function summaryOf(flat, only)
  local ids, gone, presences = {}, {}, {}
  for i = 1, #flat, 3 do
    local id, kind = flat[i], string.match(flat[i + 2], '^{"type":"(%a+)"')
    ids[#ids + 1] = id
    if isPassing(kind) or only ~= '' and kind == 'removed' then gone[#gone + 1] = id end
    if kind == 'joined' or kind == 'left' or kind == 'renamed' then presences[#presences + 1] = id end
  end
  return {
    id = ids[#ids],
    number = flat[#flat - 1],
    passing = table.concat(gone, ' '),
    presences = table.concat(presences, ' '),
  }, table.concat(ids, ' ')
end

-- Copies a batch into one user shard. Returns what `deliver` says at the end.
local function deliverAll(room, number, from, only, events, roomsLeft)
  local tag = '{u' .. number .. '}'
  served[number] = served[number] or openShard(tag, '<prefix>attached:' .. tag)
  useShard(served[number])
  local members, position = '<prefix>members:' .. tag .. ':' .. room, '<prefix>position:' .. tag .. ':' .. room
  local reply = deliver(members, position, from, only, events, roomsLeft)
  -- a shard that was in the middle of a shorter batch takes the rest of this one
  if reply[1] == 'done' and above(events[#events - 1], reply[2]) then
    reply = deliver(members, position, from, only, events, roomsLeft)
  end
  return reply[1]
end

local function fanOut(dirty, room, roomsLeft)
  local from, shards, flat, only = readBatch(dirty, room, '', batchMax)
  if #flat == 0 then return {'done', 0, '', ''} end
  local events = eventsOf(flat)
  for _, number in ipairs(shards) do
    local status = deliverAll(room.name, number, from, only, events, roomsLeft)
    if status ~= 'done' then return {status, 0, '', ''} end
  end
  local summary, ids = summaryOf(flat, only)
  local undelivered, moved, woken = advanceRoom(dirty, room, summary, history, presenceMax)
  return {undelivered == 0 and 'done' or 'more', moved, ids, woken}
end

local replies, rooms = {}, #KEYS / 4
for i = 1, rooms do
  local dirty, log, delivered, shards = unpack(KEYS, 4 * i - 3, 4 * i)
  local room = unpack(ARGV, i + 7, i + 7)
  local one = {name = room, log = log, delivered = delivered, shards = shards}
  -- a room that fails must not keep what was pushed for others from being told
  local ok, reply = pcall(fanOut, dirty, one, rooms - i + 1)
  replies[i] = ok and reply or redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply))
end
for _, one in pairs(served) do publishDeliveries(one) end
return replies
