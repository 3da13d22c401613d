-- with clock, log, may-speak, slow-mode, may-write, rate, room-rate, overlay, edit-of, own-message, end-reports
-- edit: the author of a message gives it another text: checked as a new message, written beside the log and told in one
-- step.
-- KEYS
--   log, roster, delivered, dirty, rules
--   slow: exists while slow mode makes the user wait
--   sends: the rate of the room's messages
-- ARGV
--   id: of the author
--   room
--   messageId: its log id
--   eventHead: text of the `edited` event up to the message's text
--   json: that text as JSON
--   maskedJson: the same as the filter has masked it, '' for `json`
--   membersMin: members that the room must have
--   undeliveredMax: undelivered events at which the log takes no more
--   ownerHash: SHA-256 of the owner's token, '' for none
--   roomSends: writes that the room takes in a window, 0 for any number
--   window: ms
--   cost: as how many writes this one counts
--   filterHash: hash of the filter that was applied, '' for none
--   verdict: of that filter: 'links', 'hold' or ''
--   ttl: ms for which an author may edit a message
-- Returns {'ok', log id of the event}; {'same', log id of the last edit or ''} if the message says that already;
-- {'not_in_room'}, {'no_such_event'}, {'foreign'}, {'late'}, {'no_text'} (it has only data), {'full'}, {'hold'} or
-- {'delay'} (a message would wait, and an edit cannot), or what mayWrite and takeRoomRate refuse with.
-- Bound: one message with its edits, the filter, the reports of the room (50), and one event.
local log, roster, delivered, dirty, rules, slow, sends = unpack(KEYS)
local id, room, messageId, eventHead, json, maskedJson, membersMin, undeliveredMax, ownerHash, roomSends, window, cost,
  filterHash, verdict, ttl = unpack(ARGV)
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, id) == 0 or members < tonumber(membersMin) then return {'not_in_room'} end
local notOwn, text, only = ownMessage(log, messageId, id, ttl)
if notOwn then return notOwn end

-- Where the JSON string ends that begins at `from`.
local function endOfString(source, from)
  local place = from
  repeat
    place = string.find(source, '["\\]', place + 1)
    local isEscape = string.byte(source, place) == 92
    if isEscape then place = place + 1 end
  until not isEscape
  return place
end

-- The first text of the message as JSON, or nil. cjson would not do: it refuses data with half a surrogate pair.
local function firstText()
  local _, name = string.find(text, '^{"type":"message","room":"[^"]*","from":{"id":%-?%d+,"name":"')
  local before = '},"text":"'
  local from = endOfString(text, name) + #before
  if string.sub(text, from - #before + 1, from) ~= before then return nil end
  return string.sub(text, from, endOfString(text, from))
end

local said = firstText()
if not said then return {'no_text'} end

-- A call that comes again must not fail by the rules: the room has what it wants.
local version, current = string.match(editOf(log, messageId, text, id), '^(%S+) (.*)$')
current = current or said
local edits = overlayKey(log, 'edits')
local isUnheard = not only and redis.call('HEXISTS', edits, messageId .. ' q') == 1
  and muteLeft(redis.call('HGET', rules, 'mute:' .. id)) == 0 -- it can be heard now
if not isUnheard and (json == current or maskedJson == current) then return {'same', version or ''} end

local appended, through = unpack(redis.call('HMGET', delivered, 'appended', 'through'))
if (appended or 0) - (through or 0) >= tonumber(undeliveredMax) then return {'full'} end
local write = {id = id, ownerHash = ownerHash, filterHash = filterHash, verdict = verdict}
local denied, free, quiet, pause, delay = mayWrite(rules, slow, write)
if denied then return denied end
if not free then
  if verdict == 'hold' then return {'hold'} end
  if delay then return {'delay'} end
  local flood = not quiet and takeRoomRate(sends, roomSends, tonumber(window), cost, #eventHead + #json, members)
  if flood then return flood end
  beginSlowMode(slow, pause)
  if maskedJson ~= '' then json = maskedJson end
end
local accepted = appendEvent(log, delivered, dirty, room, eventHead .. json .. '}', only or quiet)
local isHidden = quiet and not only
redis.call('HSET', edits, messageId .. (isHidden and ' q' or ''), accepted .. ' ' .. json)
if not isHidden then
  redis.call('HDEL', edits, messageId .. ' q')
  -- what a moderator has kept is not what it says now, so it may be reported again
  local lines = '\n' .. (redis.call('HGET', rules, 'reports') or '') .. '\n'
  if string.find(lines, '\n' .. messageId .. ' ok\n', 1, true) then endReports(rules, messageId) end
end
noteOverlay(log, room, messageId)
return {'ok', accepted}
