-- with clock, log, may-speak, rate, room-rate, overlay, reactions, tell-reactions
-- react: a member reacts to a message, or takes a reaction back. The room is told at once, or when it is time.
-- KEYS
--   log, roster, delivered, dirty, rules
-- ARGV
--   user: its id
--   name: as JSON
--   room
--   messageId: the message's log id
--   emoji
--   on: '1', or '' to take it back
--   membersMin: members that the room must have
--   emojiMax: different emoji of a message
--   reactionsMax: reactions of a message
--   bytesMax: bytes of all reactions of the room
--   undeliveredMax: undelivered events at which the log takes no more
--   roomEvents: `reacted` events that the room takes in a window, 0 for any number
--   window: ms
-- Returns {'ok', the message's reactions as JSON}, {'ok', the same, '1' when there is a new event}, {'not_in_room'},
-- {'no_such_event'}, {'too_many_emoji'}, {'too_many'}, {'too_large'}, {'hold'} or what maySpeak refuses with, but not
-- {'read_only'}.
-- Bound: the message (12 KB), its reactions (1,000) and an event.
local log, roster, delivered, dirty, rules = unpack(KEYS)
local user, name, room, messageId, emoji, on, membersMin, emojiMax, reactionsMax, bytesMax, undeliveredMax, roomEvents,
  window = unpack(ARGV)
local keys = {log = log, delivered = delivered, dirty = dirty}
local reactions = overlayKey(log, 'reactions')
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, user) == 0 or members < tonumber(membersMin) then return {'not_in_room'} end

-- A read-only room takes reactions. Where every message waits for approval, they are no way round it.
local function mayReact()
  local row = redis.call('HMGET', rules, 'off', 'role:' .. user, 'closed', 'mute:' .. user, 'hold')
  local off, role, closed, mute, hold = unpack(row)
  if off then return {'off'} end
  if role then return end
  if closed then return {'closed'} end
  local muted, quiet = muteLeft(mute)
  if muted > 0 and quiet == '' then return {'muted', muted} end
  if hold == 'all' then return {'hold'} end
  return nil, muted > 0
end

local function countAll(state)
  local count = 0
  for _, line in ipairs(state) do count = count + line.count end
  return count
end

local function add(state, place)
  if place and string.find(state[place].users, '\t' .. user .. ' ', 1, true) then return {'same'} end
  if not place and #state >= tonumber(emojiMax) then return {'too_many_emoji'} end
  if countAll(state) >= tonumber(reactionsMax) then return {'too_many'} end
  local bytes = redis.call('HGET', reactions, 'bytes') or 0
  if bytes + #name + #emoji + 100 > tonumber(bytesMax) then return {'too_large'} end
  local line = place and state[place] or {emoji = emoji, count = 0, users = ''}
  if not place then state[#state + 1] = line end
  line.users, line.count = line.users .. '\t' .. user .. ' ' .. name, line.count + 1
end

local denied, isQuiet = mayReact()
if denied then return denied end
local entry = redis.call('XRANGE', log, messageId, messageId)[1]
local only = entry and entry[2][6]
-- Redis also takes 01-1 for 1-1, and what belongs to a message is under its one id
local isMessage = entry and entry[1] == messageId and string.find(entry[2][4], '^{"type":"message"')
if not isMessage or only and not string.find(',' .. only .. ',', ',' .. user .. ',', 1, true) then
  return {'no_such_event'}
end
local former = redis.call('HGET', reactions, messageId) or ''
local state, place = parseReactions(former), nil
for i, line in ipairs(state) do
  if line.emoji == emoji then place = i end
end
local refused
if on == '1' then
  refused = add(state, place)
elseif not place or not removeUser(state, place, user) then
  refused = {'same'}
end
if refused and refused[1] ~= 'same' then return refused end
local json = reactionsJson(state, user)
if refused then return {'ok', json} end
state.changed, state.from = true, '{"id":' .. user .. ',"name":' .. name .. '}'
local limits = {members = members, undeliveredMax = undeliveredMax, roomEvents = roomEvents, window = window}
if isQuiet then -- only the user itself believes it
  appendEvent(log, delivered, dirty, room, reactedEvent(room, messageId, state), user)
  return {'ok', json, '1'}
end
return {'ok', json, settleReactions(keys, room, messageId, former, state, limits, only) and '1' or nil}
