-- with above, gone
-- batch: what fan-out has to copy next, for rooms of one room shard: each room's undelivered events and, read in the same
-- moment, the user shards that have members, or had some that have exited since. A room with nothing undelivered leaves `dirty`.
-- KEYS  1 dirty; for each room: log, delivered, shards
-- ARGV  1 most events of a room; for each room: its name, log id to read after ('' for the delivered one)
-- Gives for each room {log id it reads after, {shard, ...}, {id, number, text, id, number, text, ...}, only}. An event for one user
-- alone makes a batch by itself; `only` is that user's id, else ''.
-- Bound: half a MB of events in all, and two events more of each room (at most 32 rooms in one call); one event of each room at least.
local dirty, most = KEYS[1], tonumber(ARGV[1])
local left = 524288 -- bytes of events, of all rooms together: Redis does nothing else meanwhile
local replies = {}
-- A room's events after `from`, read in small steps, as a few large ones make a batch. A room comes to one at least.
local function read(log, from)
  local flat, bytes, count, only = {}, 0, 0, ''
  while count < most and (left > 0 or count == 0) do
    local step = left > 0 and 2 or 1
    if count > 0 then step = math.max(1, math.min(10, most - count, math.floor((65536 - bytes) / bytes * count))) end
    local entries = redis.call('XRANGE', log, '(' .. from, '+', 'COUNT', step)
    for _, entry in ipairs(entries) do
      local size = #entry[2][4]
      if only ~= '' or count > 0 and (entry[2][6] or left <= 0 or bytes + size > 65536) then return flat, only end
      flat[#flat + 1], flat[#flat + 2], flat[#flat + 3] = entry[1], entry[2][2], entry[2][4]
      only, from, bytes, left, count = entry[2][6] or '', entry[1], bytes + size, left - size, count + 1
    end
    if #entries < step then break end
  end
  return flat, only
end
for room = 1, (#KEYS - 1) / 3 do
  local log, delivered, shards = KEYS[3 * room - 1], KEYS[3 * room], KEYS[3 * room + 1]
  local name, after = ARGV[2 * room], ARGV[2 * room + 1]
  local d = redis.call('HMGET', delivered, 'id', 'gone')
  local from = after == '' and (d[1] or '0-0') or after
  local flat, only = read(log, from)
  if #flat == 0 and after == '' then redis.call('ZREM', dirty, name) end
  local has = redis.call('HKEYS', shards)
  if d[2] then
    local owed = goneShards(d[2], d[1] or '0-0')
    writeGone(delivered, owed)
    for _, shard in ipairs(has) do owed[shard] = nil end
    for shard in pairs(owed) do has[#has + 1] = shard end
  end
  replies[room] = {from, has, flat, only}
end
return replies
