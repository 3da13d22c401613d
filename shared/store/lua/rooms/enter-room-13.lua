-- with clock, log, may-enter, give-role
-- enter-room: the second step of entering, on the room's shard: roster, shard count and the `joined` event together. So
-- fan-out reads a batch that holds an event after `joined` with this user's shard in `shards`.
-- KEYS
--   roster, shards, log, delivered, dirty
--   publicRooms: of this shard
--   rules, pending
--   entries: by user the number of the move by which it is in the roster, so that an older exit does not undo it
--   exited: exists when the user has exited a moment ago: the number of that move
--   values, ownValues, presence
-- ARGV
--   id, name
--   nick: the folded name
--   shard: the user's
--   room
--   event: text of `joined`, '' for a private room
--   freshHash: SHA-256 of the token that owns the room if this makes it, '' for none
--   ownerHash: SHA-256 of the owner's token that the user has, '' for none
--   addressToday, addressYesterday: hashes of the user's address, by the salts of these days, '' for none
--   isReserved: '1' for a room that only the operator opens, else ''
--   number: of the user's move
-- Returns {'made'} when the user has made the room, now or before this was repeated; {'new'} when it is new in the
-- room; {'in'} when it was in already; {'late'} when it has exited since its move began; or why not: {'off'},
-- {'reserved'}, {'closed'}, {'banned', ms}.
-- Bound: 200 bans (50 KB); the names of the rules' fields (500) for a user with the owner's token; one event.
local roster, shards, log, delivered, dirty, publicRooms, rules, pending, entries, exited, values, ownValues, presence =
  unpack(KEYS)
local id, name, nick, shard, room, event, freshHash, ownerHash, addressToday, addressYesterday, isReserved, number =
  unpack(ARGV)
if redis.call('HEXISTS', roster, id) == 0 then
  if tonumber(redis.call('GET', exited) or 0) >= tonumber(number) then return {'late'} end
  local who = {id = id, nick = nick, addresses = {addressToday, addressYesterday}, ownerHash = ownerHash}
  local denied = denyEntry(rules, who, isReserved == '1')
  if denied then return denied end
end
local owner, kept = unpack(redis.call('HMGET', rules, 'owner', 'kept'))
local owns = ownerHash ~= '' and owner == ownerHash
if owns then giveRole(rules, id) end
local made = redis.call('EXISTS', delivered) == 0
if tonumber(number) > tonumber(redis.call('HGET', entries, id) or 0) then redis.call('HSET', entries, id, number) end
if redis.call('HSETNX', roster, id, name) == 0 then
  return {freshHash ~= '' and owner == freshHash and 'made' or 'in'}
end
redis.call('HINCRBY', shards, shard, 1)
for _, key in ipairs({log, delivered, rules, pending, values, ownValues, presence}) do redis.call('PERSIST', key) end
if event ~= '' then
  if owns then event = string.sub(event, 1, -2) .. ',"role":"owner"}' end
  appendEvent(log, delivered, dirty, room, event)
  redis.call('ZADD', publicRooms, redis.call('HLEN', roster), room)
end
if made and freshHash ~= '' and not kept then
  redis.call('DEL', rules)
  redis.call('HSET', rules, 'owner', freshHash, 'role:' .. id, 'owner')
  return {'made'}
end
return {'new'}
