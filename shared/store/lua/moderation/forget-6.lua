-- with log, clock
-- forget: a step of taking a user's events out of a room's log; ids and order of the others stay. The first step takes out what waits for
-- approval, too, and notes how far the log goes; the last one tells the room, where there is something to tell. What is deleted is read by
-- nobody, but its bytes stay in memory until their block goes: `forgetting` notes that the log is to be written anew (`renew-log`).
-- KEYS  1 log  2 messages that wait for approval  3 forgetting: what is under way  4 delivered  5 dirty  6 roster
-- ARGV  1 user id  2 'message' for messages only, 'all' for all events  3 room  4 'begin', or 'on' to go on with what is under way
-- Gives {1 when it is done, else 0; bytes looked at}.
-- Bound: 500 events or a quarter of a MB, and ten events more; the first step also what waits (100 messages).
local log, waiting, forgetting = KEYS[1], KEYS[2], KEYS[3]
local field = ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
local pattern = '^{"type":"' .. (ARGV[2] == 'all' and '%a+' or ARGV[2]) .. '","room":"[^"]*","from":{"id":(%d+)[,}]'
-- a `value` event is owed until all have it, and leaves the log by itself then
local function isTheirs(text) return string.match(text, pattern) == ARGV[1] and string.sub(text, 1, 15) ~= '{"type":"value"' end
local time, bytes = string.format('%d', now()), 0
-- `through`: the log id up to which it goes; '+' when nothing has been done yet. What comes after it is the text for the room.
local state = redis.call('HGET', forgetting, field)
-- who has left is not begun with again, as by expiry beside a `leave`: its `left` would go, too, and nobody be told
local begins = ARGV[4] == 'begin' and (ARGV[2] == 'message' or redis.call('HEXISTS', KEYS[6], ARGV[1]) == 1)
if not state and not begins then return {1, 0} end
local after, through, told = string.match(state or '0-0 + 0 ', '^(%S+) (%S+) %d+ (.*)$')
if begins or through == '+' then
  for place = redis.call('LLEN', waiting) - 1, 0, -1 do
    local one = redis.call('LINDEX', waiting, place)
    bytes = bytes + #one
    if isTheirs(string.match(one, '^%S+ (.*)$')) then redis.call('LREM', waiting, -1, one) end
  end
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  after, through = '0-0', last and last[1] or '0-0'
end
local looked, atEnd = 0, through == '0-0'
while not atEnd and looked < 500 and bytes < 262144 do
  local entries = redis.call('XRANGE', log, '(' .. after, through, 'COUNT', 10)
  local theirs = {}
  for _, entry in ipairs(entries) do
    after, looked, bytes = entry[1], looked + 1, bytes + #entry[2][4]
    if isTheirs(entry[2][4]) then theirs[#theirs + 1] = after end
  end
  if #theirs > 0 then
    redis.call('XDEL', log, unpack(theirs))
    redis.call('HSETNX', forgetting, 'renew ' .. ARGV[3], '0-0 ' .. time)
  end
  atEnd = #entries < 10
end
if not atEnd then
  redis.call('HSET', forgetting, field, after .. ' ' .. through .. ' ' .. time .. ' ' .. told)
  return {0, bytes}
end
redis.call('HDEL', forgetting, field)
if told ~= '' then tell(log, KEYS[4], KEYS[5], ARGV[3], told) end
return {1, bytes}
