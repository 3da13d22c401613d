-- with log, clock
-- rename-room: a member's new name in a room's roster, and the `renamed` event; nothing when it bears that name already. Who is muted says
-- nothing by a name either: the event goes to itself alone.
-- KEYS  1 roster  2 log  3 delivered  4 dirty  5 rules
-- ARGV  1 id  2 name  3 room  4 text of `renamed`, '' for a private room
-- Bound: a few fields and one event.
local roster, log, delivered, dirty = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local former = redis.call('HGET', roster, ARGV[1])
if not former or former == ARGV[2] then return 0 end
redis.call('HSET', roster, ARGV[1], ARGV[2])
if ARGV[4] == '' then return 1 end
local r = redis.call('HMGET', KEYS[5], 'role:' .. ARGV[1], 'mute:' .. ARGV[1])
local muted = not r[1] and r[2] and tonumber(string.match(r[2], '^%d+')) > now()
tell(log, delivered, dirty, ARGV[3], ARGV[4], muted and ARGV[1] or nil)
return 1
