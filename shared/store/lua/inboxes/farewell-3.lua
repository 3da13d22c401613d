-- with clock, user, attachment, notice
-- farewell: a user's page is closing. The user is stale soon, unless it is seen again. No instance mirrors it after
-- that, so none says any more that it was seen. A user that has polled stays one that has: fan-out keeps a whole inbox
-- for it.
-- KEYS
--   user, seen, attached
-- ARGV
--   id, tokenHash
--   after: ms until the user is stale
--   userTtl: USER_TTL in ms
-- Returns 1, or 0 for a wrong token or an ended user.
-- Bound: a few fields.
local user, seen, attached = unpack(KEYS)
local id, tokenHash, after, userTtl = unpack(ARGV)
if not checkUser(user, tokenHash) then return 0 end
redis.call('ZADD', seen, now() - userTtl + after, id)
local _, instance, n = parseAttachment(redis.call('HGET', attached, id))
if instance then
  redis.call('HSET', attached, id, attachmentText('none', instance, n))
  notify(user, instance, 'superseded ' .. id .. ' ' .. n)
end
return 1
