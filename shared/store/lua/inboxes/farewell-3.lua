-- farewell: a user's page is closing: the user is stale soon, unless it is seen again. No process mirrors it afterwards,
-- so none goes on saying that it was seen. A user that has polled stays one that has, so fan-out keeps a whole inbox.
-- KEYS  1 user  2 seen  3 attached
-- ARGV  1 id  2 SHA-256 of the token  3 ms until it is stale  4 USER_TTL in ms
-- Gives 1, or 0 for a wrong token or an ended user.
-- Bound: a few fields.
local h = redis.call('HMGET', KEYS[1], 'token', 'ended')
if h[1] ~= ARGV[2] or h[2] then return 0 end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4] + ARGV[3], ARGV[1])
local holder = redis.call('HGET', KEYS[3], ARGV[1])
if holder then
  local _, process, n = string.match(holder, '(.-):(.-):(.*)')
  redis.call('HSET', KEYS[3], ARGV[1], 'none:' .. process .. ':' .. n)
  redis.call('PUBLISH', 'notice:' .. string.match(KEYS[1], '{%w+}') .. ':' .. process, 'superseded ' .. ARGV[1] .. ' ' .. n)
end
return 1
