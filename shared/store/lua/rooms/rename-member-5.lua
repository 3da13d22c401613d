-- with clock, log, may-speak
-- rename-member: a member's new name in a room's roster, and the `renamed` event. Does nothing when the member has that
-- name already. A muted user says nothing by a name either: only the user itself gets the event.
-- KEYS
--   roster, log, delivered, dirty, rules
-- ARGV
--   id, name, room
--   event: text of `renamed`, '' for a private room
-- Returns 1 when the name is new, else 0.
-- Bound: a few fields and one event.
local roster, log, delivered, dirty, rules = unpack(KEYS)
local id, name, room, event = unpack(ARGV)
local former = redis.call('HGET', roster, id)
if not former or former == name then return 0 end
redis.call('HSET', roster, id, name)
if event == '' then return 1 end
local role, mute = unpack(redis.call('HMGET', rules, 'role:' .. id, 'mute:' .. id))
local isMuted = not role and muteLeft(mute) > 0
appendEvent(log, delivered, dirty, room, event, isMuted and id or nil)
return 1
