-- with overlay, reactions, passing, edit-of
-- history-page: a page of a room's log as one of its members sees it, newest first. Messages have their reactions. Read
-- in small steps, because large messages fill a page soon. Events that leave the log when they are delivered are no
-- history.
-- KEYS
--   log
-- ARGV
--   from: log id to begin at; '(id' to begin before it; '+' for the newest
--   reader: id of the member
--   eventsMax: the most events
--   bytesMax: the most bytes; the first event is given whatever its size
--   types: the types wanted, ',message,left,', or '' for all
--   presenceMax: presence events (who came and went) that come beside the events of eventsMax, the newest; '' when they
--     count among them
-- Returns {1 when there are older ones, {id, text, edit, id, text, edit, ...}, log id before which to go on, bytes that
-- were skipped}. An edit is what `editOf` says. The log id is '' where the page ends at its oldest event. Else the call
-- ended because it had looked at enough, whatever it found.
-- Bound: 500 events or a quarter of a MB, and ten events more.
local log = unpack(KEYS)
local from, reader, eventsMax, bytesMax, types, presenceMax = unpack(ARGV)
local step, presence = 10, {joined = true, left = true, renamed = true}
local eventsLeft, bytesLeft, presenceLeft = tonumber(eventsMax), tonumber(bytesMax), tonumber(presenceMax)
local events, looked, bytes, skipped = {}, 0, 0, 0

local hasOverlay = redis.call('EXISTS', overlayKey(log, 'overlaid')) == 1

local function isWanted(kind, only)
  local isForOthers = only and not string.find(',' .. only .. ',', ',' .. reader .. ',', 1, true)
  if isForOthers or isPassing(kind) then return false end
  return types == '' or string.find(types, ',' .. kind .. ',', 1, true)
end

-- Adds an entry to the page, or skips it. Returns true when the page is full.
local function take(id, text, only)
  local kind = string.match(text, '^{"type":"(%a+)"')
  local isBeside = presenceLeft and presence[kind]
  if not isWanted(kind, only) or isBeside and presenceLeft == 0 then
    skipped = skipped + #text
    return false
  end
  local edit = hasOverlay and editOf(log, id, text, reader) or ''
  if hasOverlay then text = withReactions(overlayKey(log, 'reactions'), id, text, reader) end
  bytesLeft = bytesLeft - #text - #edit
  if not isBeside and eventsLeft == 0 or bytesLeft < 0 and #events > 0 then return true end
  if isBeside then presenceLeft = presenceLeft - 1 else eventsLeft = eventsLeft - 1 end
  events[#events + 1] = id
  events[#events + 1] = text
  events[#events + 1] = edit
  return false
end

while looked < 500 and bytes < 262144 do
  local entries = redis.call('XREVRANGE', log, from, '-', 'COUNT', step)
  for _, entry in ipairs(entries) do
    local text, only = entry[2][4], entry[2][6]
    looked, bytes = looked + 1, bytes + #text
    if take(entry[1], text, only) then return {1, events, '', skipped} end
  end
  if #entries < step then return {0, events, '', skipped} end
  from = '(' .. entries[#entries][1]
end
return {1, events, string.sub(from, 2), skipped}
