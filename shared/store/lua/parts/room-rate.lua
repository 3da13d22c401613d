-- takeRoomRate: counts a write against what its room takes. Returns {'flood', ms to wait}, or nil.
-- sends: the key of the room's rate. max: writes in a window, '0' for any number. window: ms. cost: as how many writes
-- it counts. bytes: of its event. members: of the room. In a large room a write counts by the copies that it makes:
-- once for each started 300 KB of them. That is a usual message for a thousand members.
local function takeRoomRate(sends, max, window, cost, bytes, members)
  if max == '0' then return end
  local copies = math.ceil(members * math.max(bytes, 300) / 300000)
  local at = now()
  local ms = math.min(max, math.max(cost, copies)) * window / max
  -- rounded down as far as it is stored: else the last write that fits into a window may be refused within one ms
  local wait, arrival = takeRate(redis.call('GET', sends), at, math.floor(ms * 1000) / 1000, window)
  if wait then return {'flood', math.ceil(wait)} end
  redis.call('SET', sends, string.format('%.3f', arrival), 'PX', math.max(1, math.ceil(arrival - at)))
end
