-- with clock, user
-- resume: finds a user whose `join` is repeated. It counts as seen as if it were new, so it has as long to call again.
-- KEYS
--   user, seen
-- ARGV
--   id, tokenHash
--   seenAgo: ms ago that it counts as seen, as for `create`; a user that was seen later stays so
-- Returns its name; nil when it has ended or has another token.
-- Bound: one hash.
local user, seen = unpack(KEYS)
local id, tokenHash, seenAgo = unpack(ARGV)
local valid, name = checkUser(user, tokenHash, 'name')
if not valid then return nil end
redis.call('ZADD', seen, 'GT', now() - seenAgo, id)
return name
