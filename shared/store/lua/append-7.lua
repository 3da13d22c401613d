-- append: accepts a message into a room's log.
-- KEYS  1 log  2 roster  3 delivered  4 dirty  5 nonce (used only with a TTL)  6 rules
--       7 there while the user has to wait by the room's slow mode
-- ARGV  1 user id  2 event text without its id  3 room  4 members the room must have  5 nonce TTL in ms, 0: no nonce
--       6 undelivered events at which the log refuses  7 SHA-256 of the owner's token, '' for none: no rule binds the owner
-- Gives {'ok', id}, {'duplicate', id}, {'not_in_room'}, {'full'}, {'read_only'}, {'muted', ms} or {'slow', ms}.
local log, roster, delivered, dirty, nonce = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
if redis.call('HEXISTS', roster, ARGV[1]) == 0 or redis.call('HLEN', roster) < tonumber(ARGV[4]) then
  return {'not_in_room'}
end
local ttl = tonumber(ARGV[5])
local known = ttl > 0 and redis.call('GET', nonce)
if known then return {'duplicate', known} end
local d = redis.call('HMGET', delivered, 'appended', 'through')
if (d[1] or 0) - (d[2] or 0) >= tonumber(ARGV[6]) then return {'full'} end
local r = redis.call('HMGET', KEYS[6], 'owner', 'readonly', 'slow', 'mute:' .. ARGV[1])
if r[1] and r[1] ~= ARGV[7] then
  if r[2] then return {'read_only'} end
  local time = redis.call('TIME')
  local muted = tonumber(r[4] or 0) - (time[1] * 1000 + math.floor(time[2] / 1000))
  if muted > 0 then return {'muted', muted} end
  if r[3] and not redis.call('SET', KEYS[7], 1, 'PX', r[3], 'NX') then return {'slow', redis.call('PTTL', KEYS[7])} end
end
local number = redis.call('HINCRBY', delivered, 'appended', 1)
local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[2])
if ttl > 0 then redis.call('SET', nonce, id, 'PX', ttl) end
redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[3])
return {'ok', id}
