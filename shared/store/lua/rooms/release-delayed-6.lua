-- with clock, log, delay
-- release-delayed: puts the messages of a room that are due into its log, in their order, each once.
-- KEYS
--   log, delivered, dirty, rules
--   delayed: the messages that wait
--   delayedRooms: rooms of the shard, by when their first message is due
-- ARGV
--   room
--   most: messages of one call
--   offPause: ms until it looks again in a room that the operator has switched off
-- Returns how many it has released.
-- Bound: `most` messages.
local log, delivered, dirty, rules, delayed, delayedRooms = unpack(KEYS)
local room, most, offPause = unpack(ARGV)
local at, released = now(), 0
local function lookAgain(due) redis.call('ZADD', delayedRooms, due, room) end
if redis.call('EXISTS', delivered) == 0 then -- the room is gone
  redis.call('DEL', delayed)
elseif redis.call('HEXISTS', rules, 'off') == 1 then
  lookAgain(string.format('%d', at + offPause))
  return 0
end
while released < tonumber(most) do
  local message = redis.call('LINDEX', delayed, 0)
  if not message then
    if redis.call('HGET', rules, 'delay') == '0' then redis.call('HDEL', rules, 'delay') end -- see `moderate-room`
    redis.call('ZREM', delayedRooms, room)
    return released
  end
  local id, due, only, text = string.match(message, '^(%S+) (%d+) (%S+) (.*)$')
  if tonumber(due) > at then
    lookAgain(due)
    return released
  end
  redis.call('LPOP', delayed)
  releaseMessage({log = log, delivered = delivered, dirty = dirty}, room, id, text, only ~= '-' and only or nil)
  released = released + 1
end
lookAgain(string.format('%d', at))
return released
