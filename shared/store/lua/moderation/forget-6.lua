-- with clock, log, value-weights, unpin, delay, overlay, reactions, take-back
-- forget: one step of taking a user's events out of a room's log, and its reactions. Ids and order of the other events
-- stay. The first step also takes out what waits and the pinned message, and notes how far the log goes. The last one
-- tells the room, if there is something to tell. Nobody reads what is deleted, but its bytes stay in memory until their
-- block goes: `forgetting` notes that the log is to be written anew (`renew-log`).
-- KEYS
--   log, pending
--   forgetting: unfinished work
--   delivered, dirty, roster
-- ARGV
--   user: its id
--   scope: 'message' for messages only, 'all' for all events
--   room
--   step: 'begin', or 'on' to go on with what is under way
-- Returns {1 when it is done, else 0; bytes looked at}.
-- Bound: 500 events or a quarter of a MB with their reactions, and ten events more; the first step also what waits (300
-- messages of each kind, half a MB each).
local log, pending, forgetting, delivered, dirty, roster = unpack(KEYS)
local user, scope, room, step = unpack(ARGV)
local field = user .. ' ' .. scope .. ' ' .. room
local pattern = '^{"type":"(%a+)","room":"[^"]*","from":{"id":(%-?%d+)[,}]'

-- A `value` or `reacted` event is owed until all have it, and leaves the log by itself then.
local function isTheirs(text)
  local kind, author = string.match(text, pattern)
  local isOwed = kind == 'value' or kind == 'reacted'
  return author == user and not isOwed and (scope == 'all' or kind == 'message' or kind == 'edited')
end

local at, bytes = string.format('%d', now()), 0
-- `through`: the log id up to which it goes; '+' when nothing has been done yet. After the time comes the event for the
-- room.
local state = redis.call('HGET', forgetting, field)
-- Not all goes of a user that has left, as by a kick beside `leave`: its `left` event would go, too, and nobody would
-- be told.
local begins = step == 'begin' and (scope == 'message' or redis.call('HEXISTS', roster, user) == 1)
if not state and not begins then return {1, 0} end
local after, through, event = string.match(state or '0-0 + 0 ', '^(%S+) (%S+) %d+ (.*)$')
if begins or through == '+' then
  local keys = {log = log, delivered = delivered, dirty = dirty}
  for _, list in ipairs({pending, (delayedKeys(keys))}) do
    for index = redis.call('LLEN', list) - 1, 0, -1 do
      local message = redis.call('LINDEX', list, index)
      bytes = bytes + #message
      if isTheirs(string.match(message, '{.*$')) then redis.call('LREM', list, -1, message) end
    end
  end
  unpin(keys, room, nil, user)
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  after, through = '0-0', last and last[1] or '0-0'
end
local looked, atEnd = 0, through == '0-0'
while not atEnd and looked < 500 and bytes < 262144 do
  local entries = redis.call('XRANGE', log, '(' .. after, through, 'COUNT', 10)
  local theirs, ids = {}, {}
  for _, entry in ipairs(entries) do
    after, looked, bytes = entry[1], looked + 1, bytes + #entry[2][4]
    ids[#ids + 1] = after
    if isTheirs(entry[2][4]) then theirs[#theirs + 1] = after end
  end
  if #theirs > 0 then
    redis.call('XDEL', log, unpack(theirs))
    forgetOverlay(log, theirs)
    redis.call('HSETNX', forgetting, 'renew ' .. room, '0-0 ' .. at)
  end
  bytes = bytes + takeBack({log = log, dirty = dirty}, room, ids, user)
  atEnd = #entries < 10
end
if not atEnd then
  redis.call('HSET', forgetting, field, after .. ' ' .. through .. ' ' .. at .. ' ' .. event)
  return {0, bytes}
end
redis.call('HDEL', forgetting, field)
local isThere = redis.call('EXISTS', delivered) == 1 -- an event would make a room that nobody can own
if event ~= '' and isThere then appendEvent(log, delivered, dirty, room, event) end
return {1, bytes}
