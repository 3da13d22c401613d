-- erase: removes what is left of an ended user. `seen` goes with the rest: after a crash before this step, the next
-- expiry does it.
-- KEYS
--   user, inbox, rooms, seen, attached
-- ARGV
--   id
-- Returns 1.
-- Bound: the user's keys are unlinked, unread.
local user, inbox, rooms, seen, attached = unpack(KEYS)
local id = unpack(ARGV)
local n = redis.call('HGET', user, 'n')
if n then redis.call('DEL', user .. ':bell:' .. n) end
redis.call('UNLINK', user, inbox, rooms)
redis.call('HDEL', attached, id)
redis.call('ZREM', seen, id)
return 1
