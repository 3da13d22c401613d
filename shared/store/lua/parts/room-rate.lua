-- paceRoom: counts a write against what its room takes (generic cell rate algorithm, ITU-T I.371, so that those who are refused do not
-- all wait for the same moment). Returns {'flood', ms to wait}, or nil. key: sends. most: writes in `window` ms, '0' for any number.
-- cost: as how many it counts; in a large room as many as the copies that it makes, 300 KB each: a usual message for a thousand
-- members. size: bytes of the event.
local function paceRoom(key, most, window, cost, size, members)
  if most == '0' then return end
  local copies = math.ceil(members * math.max(size, 300) / 300000)
  local at = now()
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), at) + math.min(most, math.max(cost, copies)) * window / most
  if arrival - at > window then return {'flood', math.ceil(arrival - at - window)} end
  redis.call('SET', key, string.format('%.3f', arrival), 'PX', math.max(1, math.ceil(arrival - at)))
end
