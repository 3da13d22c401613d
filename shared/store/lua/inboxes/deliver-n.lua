-- with clock, above, moves, digest, attachment, push, deliver
-- deliver: copies events of rooms into the inboxes of their members in one user shard, once, and wakes the polls that
-- wait. An instance with live users is told of all rooms in one delivery. A member that has exited (`leaving`, see
-- `exit-user`) still gets what it is owed, and is no member afterwards.
-- KEYS
--   attached
-- KEYS for each room
--   members
--   position: 'id': all members have the events up to id. 'id through user': besides, members up to `user` have them up
--     to `through`. 'id  -inf': there are members since that time, and nothing was delivered yet; a batch that begins
--     later is behind. (Versions that do not know this form take it for a position.)
-- ARGV
--   tag: the shard's
--   eventsMax: the most events of an inbox
--   pushesMax: the most pushes of this call
--   bytesMax: the most bytes of an inbox
--   neverPolledBytesMax: the same, for a user that has never polled
-- ARGV for each room
--   from: log id after which its batch begins
--   only: ids of the only users whom its one event is for, with commas between; '' for all members
--   count: of its events
--   events: the id and the text of each, in log order
-- Returns for each room {'done', id} (all members have the events up to id), {'more', id} (call again) or {'behind',
-- id} (the batch begins beyond this shard's position: read the log again after id).
-- Bound: pushesMax pushes and half a MB of copies, and one member more of each room (at most 32 rooms in one call). As
-- much again is dropped from full inboxes, and half a MB more.
local attached = unpack(KEYS, 1, 1)
local tag, eventsMax, pushesMax, bytesMax, neverPolledBytesMax = unpack(ARGV, 1, 5)
deliveryLimits(eventsMax, pushesMax, bytesMax, neverPolledBytesMax)
local served = openShard(tag, attached)
useShard(served)
local replies, first, rooms = {}, 6, (#KEYS - 1) / 2
for i = 1, rooms do
  local members, position = unpack(KEYS, 2 * i, 2 * i + 1)
  local from, only, count = unpack(ARGV, first, first + 2)
  local events = {unpack(ARGV, first + 3, first + 2 + 2 * count)}
  first = first + 3 + 2 * count
  -- a room that fails must not keep what was pushed for others from being told
  local ok, reply = pcall(deliver, members, position, from, only, events, rooms - i + 1)
  replies[i] = ok and reply or redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply))
end
publishDeliveries(served)
return replies
