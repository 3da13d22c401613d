-- The nicknames in a room. `nicks` has each member's folded nickname. `holders` has a record for each folded nickname:
-- 'id ends secret address'. The last of them may be missing.
--   id: the member that has the nickname; 0 for one that is kept for a user that has gone
--   ends: for a member that is about to take it, and for 0: until when it is held (ms)
--   secret: SHA-256 of the secret that gets it back. address: a hash of the address from which it was taken. While the
--     user with the secret is about to take a kept nickname, the secret has '=' before it: nobody else gets it by that.
-- A member that is not in the roster any more holds nothing.
local function parseRecord(record)
  local id, ends, secret, address = string.match(record or '', '^(%d+) ?(%d*) ?(%S*) ?(%S*)$')
  return id and {text = record, id = id, ends = ends, secret = secret, address = address}
end
-- ownRecord: the record of a user's nickname, nil if another one has it.
local function ownRecord(keys, id, nick)
  local record = parseRecord(redis.call('HGET', keys.holders, nick))
  return record and record.id == id and record or nil
end
-- keptNicksOf: the key of the nicknames that are kept for users that have gone, by the time when that ends (ms). Each
-- is 'address nickname', so the oldest go first when there are too many: in all, or of one address. keys.ts names it,
-- too.
local function keptNicksOf(keys)
  return (string.gsub(keys.holders, 'holders$', 'kept-nicks'))
end
-- keptSecret: the secret of a kept nickname that a user was about to take, as its record has it; nil for any other.
local function keptSecret(record) return string.match(record.secret, '^=(.+)$') end
-- giveBackNick: a user does not take a nickname after all. It is kept again, or free. Returns its record, nil for none.
local function giveBackNick(keys, nick, record)
  local secret = keptSecret(record)
  local ends = secret and redis.call('ZSCORE', keptNicksOf(keys), record.address .. ' ' .. nick)
  if not ends then return redis.call('HDEL', keys.holders, nick) and nil end
  local kept = '0 ' .. ends .. ' ' .. secret .. ' ' .. record.address
  redis.call('HSET', keys.holders, nick, kept)
  return parseRecord(kept)
end
-- holderOf: the record of a nickname, and whether it is only held until some time; nil for a free one.
local function holderOf(keys, nick)
  local record = parseRecord(redis.call('HGET', keys.holders, nick))
  if not record then return nil end
  local isReserved = record.ends ~= '' and tonumber(record.ends) > now()
  if not isReserved and keptSecret(record) then
    record = giveBackNick(keys, nick, record)
    isReserved = record and tonumber(record.ends) > now()
    if not isReserved then return nil end
  end
  if isReserved or redis.call('HEXISTS', keys.roster, record.id) == 1 then return record, isReserved end
end
-- denyNick: why a user may not have a nickname: {'taken', record}; {'own', id of the member} if the member was let in
-- with the same secret; nil if it may. The record is '' if there is no doubt. Otherwise the caller looks whether the
-- member still has this name. If not, it comes again with that record as `from`.
local function denyNick(keys, who, from)
  local record, isReserved = holderOf(keys, who.nick)
  if not record or record.id == who.id or record.text == from then return nil end
  local isOwn = who.secretHash ~= '' and record.secret == who.secretHash
  if isOwn then return record.id ~= '0' and {'own', record.id} or nil end
  return {'taken', isReserved and '' or record.text}
end
-- secretOf: the hash of the secret of a member's nickname, '' for none.
local function secretOf(keys, id)
  local nick = redis.call('HGET', keys.nicks, id)
  local own = nick and ownRecord(keys, id, nick)
  return own and own.secret or ''
end
-- freeNick: a nickname is free, if it is this user's.
local function freeNick(keys, id, nick)
  if ownRecord(keys, id, nick) then redis.call('HDEL', keys.holders, nick) end
end
-- dropNick: ends that a nickname is kept until `ends`.
local function dropNick(keys, member, ends)
  redis.call('ZREM', keptNicksOf(keys), member)
  local nick = string.match(member, '^%S* (.*)$')
  local record = parseRecord(redis.call('HGET', keys.holders, nick))
  if record and record.id == '0' and record.ends == ends then redis.call('HDEL', keys.holders, nick) end
end
-- dropEndedNicks: drops ten nicknames at most whose time has ended.
local function dropEndedNicks(keys)
  local at = string.format('%d', now())
  local ended = redis.call('ZRANGEBYSCORE', keptNicksOf(keys), '-inf', at, 'WITHSCORES', 'LIMIT', 0, 10)
  for i = 1, #ended, 2 do dropNick(keys, ended[i], ended[i + 1]) end
end
-- renewNicks: these keys always expire, because a process of the former version may leave them behind. They live for a
-- day longer than a nickname is kept. If they expire in a room with members, the next entry writes them again.
local function renewNicks(keys)
  for _, key in ipairs({keys.nicks, keys.holders, keptNicksOf(keys)}) do redis.call('PEXPIRE', key, 691200000) end
end
-- takeNick: gives a member a nickname, in place of its former one. secret '': that of the former one, if there is any.
local function takeNick(keys, id, nick, secret, address)
  local former = redis.call('HGET', keys.nicks, id)
  local own = former and ownRecord(keys, id, former)
  if own and secret == '' then secret, address = own.secret, own.address end
  if own and former ~= nick then redis.call('HDEL', keys.holders, former) end
  local kept = parseRecord(redis.call('HGET', keys.holders, nick))
  if kept and (kept.id == '0' or keptSecret(kept)) then
    redis.call('ZREM', keptNicksOf(keys), kept.address .. ' ' .. nick)
  end
  dropEndedNicks(keys)
  redis.call('HSET', keys.nicks, id, nick)
  redis.call('HSET', keys.holders, nick, secret == '' and id or id .. '  ' .. secret .. ' ' .. address)
  renewNicks(keys)
end
-- isUnindexed: whether `nicks` lacks members, or has former ones. The former version did not write it.
local function isUnindexed(keys)
  return redis.call('HLEN', keys.nicks) ~= redis.call('HLEN', keys.roster)
end
