-- authorize: checks a user's token, and where asked membership and rate; notes that the user was seen.
-- KEYS  1 user  2 the user's rooms  3 seen
-- ARGV  1 id  2 SHA-256 of the token  3 room: a name, '' for the only public room, '*' for none needed
--       4 field of the rate: 'rate' or 'signals'  5 ms of it that this call costs (0: none)  6 ms that may be used at once
--       7 hash of the text that is to be said, '' for none  8 nonce of it, '' for none  9 ms it costs when the user has said it 10 ms before or
--       later: a retry, with the same nonce, does not
-- Gives {'ok', name, room} or {'unauthorized'}, {'not_in_room'}, {'which_room', count}, {'rate_limited', ms to wait}. A count of 1: the
-- caller looks for the room and says which.
-- The rate is the generic cell rate algorithm (ITU-T I.371): one number, the theoretical arrival time. A call that costs more than may be
-- used at once needs all of that, and what comes after it waits for the rest.
-- Bound: a few fields, whatever there is. The only public room is remembered in the user's hash (`only`), as private ones are thousands.
local user, rooms, seen = KEYS[1], KEYS[2], KEYS[3]
local h = redis.call('HMGET', user, 'token', 'ended', 'name', ARGV[4], 'said', 'public', 'only')
if h[1] ~= ARGV[2] or h[2] then return {'unauthorized'} end
local room = ARGV[3]
if room == '' then
  if h[6] ~= '1' or not h[7] or redis.call('SISMEMBER', rooms, h[7]) == 0 then return {'which_room', tonumber(h[6] or 0)} end
  room = h[7]
elseif room ~= '*' then
  if redis.call('SISMEMBER', rooms, room) == 0 then return {'not_in_room'} end
  if h[6] == '1' and h[7] ~= room and not string.find(room, ':', 1, true) then redis.call('HSET', user, 'only', room) end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', seen, now, ARGV[1])
local cost = tonumber(ARGV[5])
if cost > 0 then
  if ARGV[7] ~= '' then
    local what, at, nonce = string.match(h[5] or '', '^(%d+) (%d+) (%S*)$')
    if what == ARGV[7] and now - at < tonumber(ARGV[10]) and (nonce == '' or nonce ~= ARGV[8]) then cost = tonumber(ARGV[9]) end
  end
  local arrival = math.max(tonumber(h[4] or 0), now)
  local most = tonumber(ARGV[6])
  local wait = arrival + math.min(cost, most) - now - most
  if wait > 0 then return {'rate_limited', wait} end
  redis.call('HSET', user, ARGV[4], arrival + cost)
  if ARGV[7] ~= '' then redis.call('HSET', user, 'said', ARGV[7] .. ' ' .. string.format('%d', now) .. ' ' .. ARGV[8]) end
end
return {'ok', h[3], room}
