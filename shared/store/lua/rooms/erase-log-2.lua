-- erase-log: removes all events of a room; none of them counts as undelivered afterwards.
-- KEYS  1 log  2 delivered
-- Bound: the log is unlinked, unread.
redis.call('UNLINK', KEYS[1])
local appended = redis.call('HGET', KEYS[2], 'appended')
if appended then redis.call('HSET', KEYS[2], 'through', appended) end
return 1
