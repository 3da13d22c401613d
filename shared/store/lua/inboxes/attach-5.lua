-- with digest, replication-id
-- attach: ties a poll to its user and process: checks the token, acknowledges by the cursor, gives what is in the inbox.
-- KEYS  1 user  2 inbox  3 seen  4 attached  5 sequence of this process in this shard
-- ARGV  1 id  2 SHA-256 of the token  3 process  4 cursor's position ('' without a cursor)  5 cursor's log id
--       6 want: 'blocking'; 'live' (if the user's last poll was here too, else blocking); 'full' (live or not at all);
--       'none' (not held)
--       7 most events  8 most bytes of events, of which one at least is given  9 the cursor's sum, '' for none
-- Gives {'unauthorized'} or {way ('live', 'blocking' or ''), n, position acknowledged, log id there, sum there, missed, reset,
-- sequence, {room, ...}, log id after the events, their sum, {event, ...}}. Rooms only of a user that is waited for, or was not
-- attached to this process before, else false: the process knows them.
-- Bound: the inbox (INBOX_MAX events, INBOX_BYTES) once for what is acknowledged and once for what is given, which ends at ARGV 7 and 8;
-- 5,200 names of rooms.
local user, inbox, seen, attached, sequence = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, process, position, want, most = ARGV[1], ARGV[3], ARGV[4], ARGV[6], tonumber(ARGV[7])
local h = redis.call('HMGET', user, 'token', 'ended', 'base', 'baseId', 'acked', 'given', 'process')
if h[1] ~= ARGV[2] or h[2] then return {'unauthorized'} end
local base, baseId, acked = tonumber(h[3] or 0), h[4] or '0-0', tonumber(h[5] or 0)
local length = redis.call('LLEN', inbox)
-- What is derived from the tag comes before anything is written: where it is not in place (a slot of a cluster that moves), nothing has happened.
redis.call('EXISTS', user .. ':rooms')
local former = redis.call('HGET', attached, id)
local formerWay, formerProcess, formerN = string.match(former or '', '(.-):(.-):(.*)')
if former then redis.call('DEL', user .. ':bell:' .. formerN) end
local function idAt(index) return string.match(redis.call('LINDEX', inbox, index - base - 1), '^{"id":"([%d-]+)') end

-- Acknowledge: without a cursor, what the last poll gave. A cursor whose event is not there is from another time: reset. So is one whose
-- event is there after others than the client has had: Redis lost its last moments, and what was delivered again came in another order.
local target = position == '' and math.min(tonumber(h[6] or 0), base + length) or tonumber(position)
local reset = 0
if position ~= '' then
  local there = target > base + length and 'none' or target > base and idAt(target) or target == base and baseId or ARGV[5]
  if there ~= ARGV[5] then reset, target = 1, base end
end
local sum, claimed = digestAt(user, base), tonumber(ARGV[9])
if target >= base and reset == 0 then
  local reached = digestWith(sum or 0, target > base and redis.call('LRANGE', inbox, 0, target - base - 1) or {})
  if sum and claimed and reached ~= claimed then reset, target = 1, base else sum = claimed or reached end
end
local missed = reset == 1 and 0 or math.max(0, base - math.max(target, acked))
if target > base then
  baseId = idAt(target)
  redis.call('LTRIM', inbox, target - base, -1)
  length, base = length - (target - base), target
  redis.call('HSET', user, 'base', base, 'baseId', baseId, 'acked', base)
end
sum = sum or 0 -- a new beginning

-- Read in small steps, as a few large events fill an answer.
local step, events, room = 10, {}, tonumber(ARGV[8])
while #events < most do
  local slice = redis.call('LRANGE', inbox, #events, math.min(#events + step, most) - 1)
  for _, text in ipairs(slice) do
    room = room - #text
    if room < 0 and #events > 0 then break end
    events[#events + 1] = text
  end
  if room < 0 or #slice < step then break end
end
local last = #events > 0 and string.match(events[#events], '^{"id":"([%d-]+)') or baseId
local n = redis.call('HINCRBY', user, 'n', 1)
redis.call('HSET', user, 'given', base + #events, 'process', process, 'sum', base .. ' ' .. sum)
local time = redis.call('TIME')
redis.call('ZADD', seen, time[1] * 1000 + math.floor(time[2] / 1000), id)

-- The newest poll wins: the bell of the former one has gone, and its process, if another, is told where the user is now
-- (also one that holds nothing: signals wait there).
if former and formerProcess ~= process then
  redis.call('PUBLISH', 'notice:' .. string.match(user, '{%w+}') .. ':' .. formerProcess,
    'superseded ' .. id .. ' ' .. formerN .. ' ' .. process)
end
local way = ''
if position ~= '' and length == #events and (want == 'full' or want == 'live' and h[7] == process) then
  way = 'live'
  redis.call('HSET', user, 'lineage', replicationId())
elseif #events == 0 and (want == 'blocking' or want == 'live') then
  way = 'blocking'
end
local rooms = (way ~= '' or formerProcess ~= process) and redis.call('SMEMBERS', user .. ':rooms')
-- 'none': nobody waits, but the user polls, so that fan-out keeps a whole inbox for it.
redis.call('HSET', attached, id, (way == '' and 'none' or way) .. ':' .. process .. ':' .. n)
return {way, n, base, baseId, sum, missed, reset, tonumber(redis.call('GET', sequence) or 0), rooms, last, digestWith(0, events), events}
