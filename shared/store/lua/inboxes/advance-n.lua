-- with above, overlay, forget-trimmed, wake-hooks, note-cut, advance
-- advance: moves `delivered` of rooms of one room shard forward, and trims their logs, never past it. A room with
-- nothing undelivered leaves `dirty`. Events that have been delivered and are no messages make way. Passing events
-- leave the log at once: `value` events, because the room's hash has their values, and those that tell users with a
-- role of one message. Of presence events (who came and went) the last few stay. Beside a log there may be its copy,
-- while it is written anew, and `presence`: ids of the presence events in the log, oldest first, some of which may have
-- left it already. `delivered` has their number as `present`.
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
--   passing: ids of passing events up to there, with spaces between
--   presences: ids of presence events, the same way
-- Returns for each room {events still undelivered, events by which this call moved, ids of the hooks that are due, with
-- spaces between}.
-- Bound: 32 rooms, a few fields each, and as many events as their batches have (100), and
-- five hooks. A log is trimmed by whole blocks,
-- unread, and by 10,000 entries at most.
local dirty = unpack(KEYS, 1, 1)
local history, presenceMax = unpack(ARGV, 1, 2)
history, presenceMax = tonumber(history), tonumber(presenceMax)
local replies = {}
for i = 1, (#KEYS - 1) / 2 do
  local log, delivered = unpack(KEYS, 2 * i, 2 * i + 1)
  local room, id, number, passing, presences = unpack(ARGV, 5 * i - 2, 5 * i + 2)
  local batch = {id = id, number = number, passing = passing, presences = presences}
  replies[i] = {advanceRoom(dirty, {name = room, log = log, delivered = delivered}, batch, history, presenceMax)}
end
return replies
