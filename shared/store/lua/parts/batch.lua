-- readBatch: what fan-out has to copy next for one room: its undelivered events and, read at the same moment, the user
-- shards that have members, or had members that have exited since. A room with nothing undelivered leaves `dirty`.
-- after: log id to read after, '' for the delivered one. Returns the log id it reads after, the shards, {id, number,
-- text, id, number, text, ...} and the ids of the only users that its one event is for (with
-- commas between), or ''.
local bytesLeft = 524288 -- of all rooms of a call together: Redis does nothing else meanwhile

-- How many entries to read next: in small steps, because a few large events make a batch.
local function stepAfter(count, bytes, eventsMax)
  if count == 0 then return bytesLeft > 0 and 2 or 1 end
  return math.max(1, math.min(10, eventsMax - count, math.floor((65536 - bytes) / bytes * count)))
end

-- A room's events after `from`, and the only users whom they are for, or ''.
local function readEvents(log, from, eventsMax)
  local flat, bytes, count, only = {}, 0, 0, ''
  while count < eventsMax and (bytesLeft > 0 or count == 0) do
    local step = stepAfter(count, bytes, eventsMax)
    local entries = redis.call('XRANGE', log, '(' .. from, '+', 'COUNT', step)
    for _, entry in ipairs(entries) do
      local id, number, text, reader = entry[1], entry[2][2], entry[2][4], entry[2][6]
      local isFull = count > 0 and (reader or bytesLeft <= 0 or bytes + #text > 65536)
      if only ~= '' or isFull then return flat, only end
      flat[#flat + 1], flat[#flat + 2], flat[#flat + 3] = id, number, text
      only, from, bytes, bytesLeft, count = reader or '', id, bytes + #text, bytesLeft - #text, count + 1
    end
    if #entries < step then break end
  end
  return flat, only
end

-- The user shards to which the events go.
local function shardsOf(delivered, shards, gone, from)
  local numbers = redis.call('HKEYS', shards)
  if not gone then return numbers end
  local owed = goneShards(gone, from)
  writeGone(delivered, owed)
  for _, shard in ipairs(numbers) do owed[shard] = nil end
  for shard in pairs(owed) do numbers[#numbers + 1] = shard end
  return numbers
end

local function readBatch(dirty, room, after, eventsMax)
  local reached, gone = unpack(redis.call('HMGET', room.delivered, 'id', 'gone'))
  reached = reached or '0-0'
  local from = after == '' and reached or after
  local flat, only = readEvents(room.log, from, eventsMax)
  if #flat == 0 and after == '' then redis.call('ZREM', dirty, room.name) end
  return from, shardsOf(room.delivered, room.shards, gone, reached), flat, only
end
