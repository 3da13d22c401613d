-- page: a page of a room's log as one of its members sees it, newest first. Read in small steps: large messages fill a page soon.
-- KEYS  1 log
-- ARGV  1 log id to begin at, '(id' before it, '+' at the newest  2 id of the member  3 most events  4 most bytes, but for the first event
-- Gives {1 when there are older ones, {id, text, id, text, ...}, log id before which to go on, bytes of events for others alone}. The
-- log id is '' where the page ends at its oldest event; else the call ended because it had looked at enough, whatever it found.
-- Bound: 500 events or a quarter of a MB, and ten events more.
local step, from, reader, most, room = 10, ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local events, looked, bytes, others = {}, 0, 0, 0
while looked < 500 and bytes < 262144 do
  local entries = redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', step)
  for _, entry in ipairs(entries) do
    local text, only = entry[2][4], entry[2][6]
    looked, bytes = looked + 1, bytes + #text
    if not only or only == reader then
      room = room - #text
      if #events == 2 * most or room < 0 and #events > 0 then return {1, events, '', others} end
      events[#events + 1] = entry[1]
      events[#events + 1] = text
    else
      others = others + #text
    end
  end
  if #entries < step then return {0, events, '', others} end
  from = '(' .. entries[#entries][1]
end
return {1, events, string.sub(from, 2), others}
