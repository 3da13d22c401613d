-- The nicknames in a room. `nicks` has each member's folded nickname. `holders` has a record for each folded nickname:
-- 'id' of the member that has it, or 'id ends' for a member that is about to take it, which holds until `ends` (ms).
-- A member that is not in the roster any more holds nothing.
-- holderOf: the record of a nickname, the holder's id, and whether it is only about to take it; nil for a free one.
local function holderOf(keys, nick)
  local record = redis.call('HGET', keys.holders, nick)
  local id, ends = string.match(record or '', '^(%d+) ?(%d*)')
  if not id then return nil end
  local isReserved = ends ~= '' and tonumber(ends) > now()
  if isReserved or redis.call('HEXISTS', keys.roster, id) == 1 then return record, id, isReserved end
end
-- denyNick: why a user may not have a nickname: {'taken', record}; nil if it may. The record is '' if there is no
-- doubt. Otherwise the caller looks whether the holder still has this name. If not, it comes again with that record as
-- `from`.
local function denyNick(keys, id, nick, from)
  local record, holder, isReserved = holderOf(keys, nick)
  if record and holder ~= id and record ~= from then return {'taken', isReserved and '' or record} end
end
-- freeNick: a nickname is free, if it is this user's.
local function freeNick(keys, id, nick)
  local holder = string.match(redis.call('HGET', keys.holders, nick) or '', '^%d+')
  if holder == id then redis.call('HDEL', keys.holders, nick) end
end
-- takeNick: gives a member a nickname, in place of its former one.
local function takeNick(keys, id, nick)
  local former = redis.call('HGET', keys.nicks, id)
  if former and former ~= nick then freeNick(keys, id, former) end
  redis.call('HSET', keys.nicks, id, nick)
  redis.call('HSET', keys.holders, nick, id)
end
-- isUnindexed: whether `nicks` lacks members, or has former ones. The former version did not write it.
local function isUnindexed(keys)
  return redis.call('HLEN', keys.nicks) ~= redis.call('HLEN', keys.roster)
end
