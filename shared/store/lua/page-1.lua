-- page: a page of a room's log as one of its members sees it, newest first. Read in small steps: large messages fill a page soon.
-- KEYS  1 log
-- ARGV  1 log id to begin at, '(id' before it, '+' at the newest  2 id of the member  3 most events  4 most bytes, but for the first event
-- Gives {1 when there are older ones, {id, text, id, text, ...}}.
local step, from, reader, most, room = 10, ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local events = {}
while true do
  local entries = redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', step)
  for _, entry in ipairs(entries) do
    local text, only = entry[2][4], entry[2][6]
    if not only or only == reader then
      room = room - #text
      if #events == 2 * most or room < 0 and #events > 0 then return {1, events} end
      events[#events + 1] = entry[1]
      events[#events + 1] = text
    end
  end
  if #entries < step then return {0, events} end
  from = '(' .. entries[#entries][1]
end
