-- with above, gone, batch
-- batch: what fan-out has to copy next, for rooms of one room shard: each room's undelivered events and, read at the
-- same moment, the user shards that have members, or had members that have exited since. A room with nothing
-- undelivered leaves `dirty`.
-- KEYS
--   dirty
-- KEYS for each room
--   log, delivered, shards
-- ARGV
--   eventsMax: the most events of a room
-- ARGV for each room
--   room
--   after: log id to read after, '' for the delivered one
-- Returns for each room {log id it reads after, {shard, ...}, {id, number, text, id, number, text, ...}, only}. An
-- event for some users alone makes a batch by itself; `only` has their ids, with commas between, else it is ''.
-- Bound: half a MB of events in all, and two events more of each room (at most 32 rooms in one call). One event of each
-- room is read whatever its size.
local dirty = unpack(KEYS, 1, 1)
local eventsMax = unpack(ARGV, 1, 1)
eventsMax = tonumber(eventsMax)
local replies = {}
for i = 1, (#KEYS - 1) / 3 do
  local log, delivered, shards = unpack(KEYS, 3 * i - 1, 3 * i + 1)
  local room, after = unpack(ARGV, 2 * i, 2 * i + 1)
  replies[i] = {readBatch(dirty, {name = room, log = log, delivered = delivered, shards = shards}, after, eventsMax)}
end
return replies
