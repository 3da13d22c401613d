-- with clock, log, above, gone, value-weights, overlay, forget-trimmed, note-cut, expire-room, nicks, kept-nicks
-- exit-room: the second step of leaving a room, on the room's shard. The user's role and voice end, its nickname is
-- free, and its own values go. A room left empty expires, at once or when its stay ends, but not what the operator has
-- set.
-- KEYS
--   roster, shards, log, delivered, dirty
--   publicRooms: of this shard
--   rules, pending
--   entries: by user the number of the move by which it is in the roster
--   exited: keeps the number of the move for a while, so that an entry that is older comes too late
--   values, ownValues, presence
--   holders, nicks: who has which nickname in the room
--   weights: rooms of the shard by the bytes of their values
-- ARGV
--   id
--   shard: the user's
--   room
--   event: text of `left`, '' for a private room
--   roomTtl: ms that an empty room is kept that does not stay
--   number: of the user's move; '' for a user that has ended: none of its entries counts
--   exitedTtl: ms that the number is kept, 0 for not at all
--   nickTtl: ms that its nickname is kept for it if it has a secret, 0 for not at all; not the nickname of a guest
--   nicksMax, addressNicksMax: nicknames kept in all, and of one address
-- Returns {1, log id of `left`, or of the last event in a private room}, or {0, log id of the last event} when the user
-- was not in the roster, or has entered again since its move began.
-- Bound: a few fields and one event, however many members there are; of a room that stays and is left empty, 5,000
-- events or a quarter of a MB; for a nickname that is kept, the kept ones of the room (1,000).
local roster, shards, log, delivered, dirty, publicRooms, rules, pending, entries, exited, values, ownValues, presence,
  holders, nicks, weights = unpack(KEYS)
local id, shard, room, event, roomTtl, number, exitedTtl, nickTtl, nicksMax, addressNicksMax = unpack(ARGV)
local hasMove = number ~= ''
number = tonumber(number) or 9007199254740991
if exitedTtl ~= '0' and number > tonumber(redis.call('GET', exited) or 0) then
  redis.call('SET', exited, string.format('%d', number), 'PX', exitedTtl)
end

local function lastEvent()
  local entry = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end

local name = redis.call('HGET', roster, id)
if not name or tonumber(redis.call('HGET', entries, id) or 0) > number then return {0, lastEvent()} end
redis.call('HDEL', roster, id)
redis.call('HDEL', entries, id)
local nick = redis.call('HGET', nicks, id)
local nickKeys = {holders = holders, nicks = nicks}
local record = nick and ownRecord(nickKeys, id, nick)
if record and nickTtl ~= '0' and record.secret ~= '' and not string.find(name, '^guest%-%d+$') then
  keepNick(nickKeys, nick, record, {ttl = nickTtl, count = nicksMax, ofAddress = addressNicksMax})
elseif record then
  redis.call('HDEL', holders, nick)
end
redis.call('HDEL', nicks, id)
addWeight(weights, room, -redis.call('HSTRLEN', ownValues, id))
redis.call('HDEL', ownValues, id)
local left = redis.call('HLEN', roster)
local last
if event ~= '' then
  last = tellPresence({log = log, delivered = delivered, dirty = dirty, rules = rules}, room, event, id)
  listRoom(publicRooms, rules, room, left)
else
  last = lastEvent()
end
redis.call('HDEL', rules, 'role:' .. id, 'keyed:' .. id)
local voices = redis.call('HGET', rules, 'voice')
if voices then redis.call('HSET', rules, 'voice', (string.gsub(voices, ',' .. id .. ',', ',', 1))) end
if redis.call('HINCRBY', shards, shard, -1) <= 0 then
  redis.call('HDEL', shards, shard)
  if hasMove then noteGone(delivered, shard, last) end
end
if left == 0 then
  redis.call('ZREM', publicRooms, room)
  redis.call('DEL', entries, nicks) -- a former version may have left some
  redis.call('PEXPIRE', pending, roomTtl)
  local keys = {
    log = log,
    delivered = delivered,
    rules = rules,
    values = values,
    ownValues = ownValues,
    presence = presence,
    holders = holders,
  }
  expireEmptyRoom(keys, roomTtl)
end
return {1, last}
