-- with above, overlay, forget-trimmed, note-cut
-- retain: removes what is too old from a room's log, and from what waits for approval. Undelivered events stay.
-- KEYS
--   log, delivered, pending
-- ARGV
--   before: ms since 1970: what is older goes
-- Returns how many events it has removed.
-- Bound: whole blocks of the log, unread, and one block more; the messages that wait (300,
-- half a MB).
local log, delivered, pending = unpack(KEYS)
local before = unpack(ARGV)
local appended, through, reached = unpack(redis.call('HMGET', delivered, 'appended', 'through', 'id'))
local first = before .. '-0'
if tonumber(appended or 0) > tonumber(through or 0) and above(first, reached or '0-0') then first = reached or '0-0' end
local removed = redis.call('XTRIM', log, 'MINID', first)
noteCut(delivered, removed)
forgetTrimmed(log)
local oldest = redis.call('LINDEX', pending, 0)
while oldest and tonumber(string.match(oldest, '^%d+')) < tonumber(before) do
  redis.call('LPOP', pending)
  removed = removed + 1
  oldest = redis.call('LINDEX', pending, 0)
end
return removed
