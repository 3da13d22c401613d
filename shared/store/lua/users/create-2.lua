-- with clock
-- create: makes a user's hash, never over an existing one (a restored Redis may count ids up again).
-- KEYS
--   user, seen
-- ARGV
--   id, tokenHash, name
--   nick: the folded name
--   seenAgo: ms ago that the user counts as seen, so that it is stale sooner unless it calls again
-- Returns 1, or 0 when the id is in use.
-- Bound: one hash.
local user, seen = unpack(KEYS)
local id, tokenHash, name, nick, seenAgo = unpack(ARGV)
if redis.call('EXISTS', user) == 1 then return 0 end
redis.call('HSET', user, 'token', tokenHash, 'name', name, 'nick', nick)
redis.call('ZADD', seen, now() - seenAgo, id)
return 1
