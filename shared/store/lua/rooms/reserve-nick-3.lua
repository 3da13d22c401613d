-- with clock, nicks
-- reserve-nick: holds a nickname in a room for a user that is about to take it. The user need not be in the roster yet.
-- KEYS
--   roster, holders, nicks
-- ARGV
--   id
--   nick: the folded name
--   ends: ms since 1970 until which it is held
--   ttl: ms that it is kept in a room without members
--   from, indexed: as of `enter-room`
-- Returns {'ok'}, {'taken', record} as `enter-room` does, or {'unindexed'} if `nicks` is not complete.
-- Bound: a few fields.
local roster, holders, nicks = unpack(KEYS)
local id, nick, ends, ttl, from, indexed = unpack(ARGV)
local keys = {roster = roster, holders = holders, nicks = nicks}
if indexed == '' and isUnindexed(keys) then return {'unindexed'} end
local denied = denyNick(keys, {id = id, nick = nick, secretHash = secretOf(keys, id)}, from)
if denied then return denied[1] == 'own' and {'taken', ''} or denied end
if redis.call('HGET', nicks, id) ~= nick then
  local former, kept = holderOf(keys, nick), ''
  if former and former.id == '0' then kept = ' =' .. former.secret .. ' ' .. former.address end
  if former and former.id == id and keptSecret(former) then kept = ' ' .. former.secret .. ' ' .. former.address end
  redis.call('HSET', holders, nick, id .. ' ' .. ends .. kept)
elseif not holderOf(keys, nick) then
  redis.call('HSET', holders, nick, id)
end
if redis.call('EXISTS', roster) == 1 then
  renewNicks(keys)
elseif redis.call('PTTL', holders) < 0 then
  redis.call('PEXPIRE', holders, ttl)
end
return {'ok'}
