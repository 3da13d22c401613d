-- rename-room: a member's new name in a room's roster, and the `renamed` event; nothing when it bears that name already.
-- KEYS  1 roster  2 log  3 delivered  4 dirty
-- ARGV  1 id  2 name  3 room  4 text of `renamed`, '' for a private room
local roster, log, delivered, dirty = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local former = redis.call('HGET', roster, ARGV[1])
if not former or former == ARGV[2] then return 0 end
redis.call('HSET', roster, ARGV[1], ARGV[2])
if ARGV[4] == '' then return 1 end
local number = redis.call('HINCRBY', delivered, 'appended', 1)
local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[4])
redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[3])
return 1
