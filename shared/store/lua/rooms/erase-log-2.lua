-- with overlay
-- erase-log: removes all events of a room. None of them counts as undelivered afterwards.
-- KEYS
--   log, delivered
-- Returns 1.
-- Bound: log and overlay are unlinked, unread.
local log, delivered = unpack(KEYS)
redis.call('UNLINK', log)
dropOverlay(log)
local appended = redis.call('HGET', delivered, 'appended')
if appended then redis.call('HSET', delivered, 'through', appended) end
return 1
