-- with overlay
-- tidy-overlay: removes what the overlay of a room has of messages that are not in its log any more: processes of a
-- former version leave it there. A room without an overlay leaves the list.
-- KEYS
--   log
--   overlaidRooms: rooms of the shard with an overlay
-- ARGV
--   room
--   from: how many messages to pass over
-- Returns from where to go on, or -1 at the end.
-- Bound: 100 messages.
local log, overlaidRooms = unpack(KEYS)
local room, from = unpack(ARGV)
local overlaid, gone = overlayKey(log, 'overlaid'), {}
local ids = redis.call('ZRANGE', overlaid, from, from + 99)
for _, id in ipairs(ids) do
  if #redis.call('XRANGE', log, id, id) == 0 then gone[#gone + 1] = id end
end
forgetOverlay(log, gone)
if redis.call('EXISTS', overlaid) == 0 then redis.call('SREM', overlaidRooms, room) end
return #ids == 100 and from + 100 - #gone or -1
