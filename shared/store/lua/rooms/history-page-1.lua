-- history-page: a page of a room's log as one of its members sees it, newest first. Read in small steps: large messages fill a page soon.
-- `value` events are no history: what they set is in the room's values.
-- KEYS  1 log
-- ARGV  1 log id to begin at, '(id' before it, '+' at the newest  2 id of the member  3 most events  4 most bytes, but for the first event
--       5 types wanted, ',message,left,', or '' for all  6 comings and goings that may come beside the events of ARGV 3, the newest;
--       '' where they count among them
-- Gives {1 when there are older ones, {id, text, id, text, ...}, log id before which to go on, bytes that were passed over}. The
-- log id is '' where the page ends at its oldest event; else the call ended because it had looked at enough, whatever it found.
-- Bound: 500 events or a quarter of a MB, and ten events more.
local step, from, reader, eventsLeft, bytesLeft, types = 10, ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local presenceLeft = tonumber(ARGV[6])
local presence = {joined = true, left = true, renamed = true}
local events, looked, bytes, passed = {}, 0, 0, 0
while looked < 500 and bytes < 262144 do
  local entries = redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', step)
  for _, entry in ipairs(entries) do
    local text, only = entry[2][4], entry[2][6]
    looked, bytes = looked + 1, bytes + #text
    local kind = string.match(text, '^{"type":"(%a+)"')
    local counts = not presenceLeft or not presence[kind]
    local hidden = only and only ~= reader or kind == 'value' or types ~= '' and not string.find(types, ',' .. kind .. ',', 1, true)
    if hidden or not counts and presenceLeft == 0 then
      passed = passed + #text
    else
      bytesLeft = bytesLeft - #text
      if counts and eventsLeft == 0 or bytesLeft < 0 and #events > 0 then return {1, events, '', passed} end
      if counts then eventsLeft = eventsLeft - 1 else presenceLeft = presenceLeft - 1 end
      events[#events + 1] = entry[1]
      events[#events + 1] = text
    end
  end
  if #entries < step then return {0, events, '', passed} end
  from = '(' .. entries[#entries][1]
end
return {1, events, string.sub(from, 2), passed}
