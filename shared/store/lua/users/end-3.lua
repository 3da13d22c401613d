-- with attachment, notice
-- end: marks a user as ended. Everything refuses an ended user, and a poll that waits for it is told. Safe to repeat.
-- KEYS
--   user, seen, attached
-- ARGV
--   id
--   tokenHash: '' for expiry
--   staleBefore: for expiry: ms since 1970; a user that was seen after it does not end. '' for `leave`
--   forget: '1' when what the user has said goes too
-- Returns {'ended', name, '1' when what it has said goes}, {'unauthorized'}, {'seen'} (not stale) or {'gone'}.
-- Bound: a few fields. The caller goes through the user's rooms in steps.
local user, seen, attached = unpack(KEYS)
local id, tokenHash, staleBefore, forget = unpack(ARGV)
local token, ended, name, forgets = unpack(redis.call('HMGET', user, 'token', 'ended', 'name', 'forget'))
if not token then
  redis.call('ZREM', seen, id)
  redis.call('HDEL', attached, id)
  return tokenHash == '' and {'gone'} or {'unauthorized'}
end
if tokenHash ~= '' and token ~= tokenHash then return {'unauthorized'} end
local lastSeen = staleBefore ~= '' and not ended and tonumber(redis.call('ZSCORE', seen, id) or 0)
if lastSeen and lastSeen > tonumber(staleBefore) then return {'seen'} end
redis.call('HSET', user, 'ended', 1)
redis.call('ZADD', seen, 'XX', 0, id) -- if this process dies, the next expiry does the rest
if forget == '1' then redis.call('HSET', user, 'forget', 1) end
local _, instance, n = parseAttachment(redis.call('HGET', attached, id))
if instance then notify(user, instance, 'ended ' .. id .. ' ' .. n) end
return {'ended', name, forget == '1' and '1' or forgets or ''}
