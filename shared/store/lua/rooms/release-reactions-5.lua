-- with clock, log, rate, room-rate, overlay, reactions, tell-reactions
-- release-reactions: tells a room of the reactions of a message that are due, once, whatever workers look.
-- KEYS
--   log, roster, delivered, dirty, rules
-- ARGV
--   room
--   messageId: the message's log id
--   undeliveredMax, roomEvents, window: as of `react`
--   offPause: ms until it looks again in a room that the operator has switched off
-- Returns 1 when there is a new event, else 0.
-- Bound: the message (12 KB), its reactions (1,000) and an event.
local log, roster, delivered, dirty, rules = unpack(KEYS)
local room, messageId, undeliveredMax, roomEvents, window, offPause = unpack(ARGV)
local keys = {log = log, delivered = delivered, dirty = dirty}
local due = dueKey(dirty)
local member, at = room .. ' ' .. messageId, now()
if tonumber(redis.call('ZSCORE', due, member) or math.huge) > at then return 0 end
local former = redis.call('HGET', overlayKey(log, 'reactions'), messageId)
local entry = redis.call('EXISTS', delivered) == 1 and redis.call('XRANGE', log, messageId, messageId)[1]
if not former or not entry then -- the message is gone
  forgetOverlay(log, {messageId})
  redis.call('ZREM', due, member)
  return 0
end
if redis.call('HEXISTS', rules, 'off') == 1 then
  redis.call('ZADD', due, string.format('%d', at + offPause), member)
  return 0
end
local limits = {
  members = redis.call('HLEN', roster),
  undeliveredMax = undeliveredMax,
  roomEvents = roomEvents,
  window = window,
}
local isTold = settleReactions(keys, room, messageId, former, parseReactions(former), limits, entry[2][6])
return isTold and 1 or 0
