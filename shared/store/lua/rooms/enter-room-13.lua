-- with log, clock, entry, roles
-- enter-room: the second step of entering, on the room's shard: roster, shard count and the `joined` event together,
-- so that a batch that holds an event after `joined` is read with this user's shard in `shards`.
-- KEYS  1 roster  2 shards  3 log  4 delivered  5 dirty  6 public rooms of this shard  7 rules  8 messages that wait for approval
--       9 entries  10 there when the user has exited a moment ago: number of that move  11 values  12 own values  13 presence
-- ARGV  1 id  2 name  3 user shard  4 room  5 text of `joined`, '' for a private room
--       6 SHA-256 of an owner token, '' for none: a room that is made now belongs to who has it
--       7 SHA-256 of the owner token the user has, '' for none  8 folded name  9 and 10 hashes of the user's address, by the salts
--       of today and of yesterday ('' for none)  11 '1' for a room that only the host opens  12 number of the user's move
-- entries: by user the number of the move by which it is in the roster, so that an older exit does not undo it.
-- Gives {'made'} when the user has made the room, now or before this was repeated, {'new'} when the user is new in the room, {'in'} when it
-- was in already, {'late'} when it has exited since its move began, or why not: {'off'}, {'reserved'}, {'closed'}, {'banned', ms}.
-- Bound: 200 bans (50 KB); the names of the rules' fields (500) for who brings the owner's token; one event.
local roster, shards, log, delivered, dirty, public, rules = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local id, number = ARGV[1], tonumber(ARGV[12])
if redis.call('HEXISTS', roster, id) == 0 then
  if tonumber(redis.call('GET', KEYS[10]) or 0) >= number then return {'late'} end
  local refused = refuseEntry(rules, id, ARGV[8], {ARGV[9], ARGV[10]}, ARGV[7], ARGV[11])
  if refused then return refused end
end
local r = redis.call('HMGET', rules, 'owner', 'kept')
local owns = ARGV[7] ~= '' and r[1] == ARGV[7]
if owns then giveRole(rules, id) end
local made = redis.call('EXISTS', delivered) == 0
if number > tonumber(redis.call('HGET', KEYS[9], id) or 0) then redis.call('HSET', KEYS[9], id, ARGV[12]) end
if redis.call('HSETNX', roster, id, ARGV[2]) == 0 then return {ARGV[6] ~= '' and r[1] == ARGV[6] and 'made' or 'in'} end
redis.call('HINCRBY', shards, ARGV[3], 1)
for _, key in ipairs({log, delivered, rules, KEYS[8], KEYS[11], KEYS[12], KEYS[13]}) do redis.call('PERSIST', key) end
if ARGV[5] ~= '' then
  tell(log, delivered, dirty, ARGV[4], owns and string.sub(ARGV[5], 1, -2) .. ',"role":"owner"}' or ARGV[5])
  redis.call('ZADD', public, redis.call('HLEN', roster), ARGV[4])
end
if made and ARGV[6] ~= '' and not r[2] then
  redis.call('DEL', rules)
  redis.call('HSET', rules, 'owner', ARGV[6], 'role:' .. id, 'owner')
  return {'made'}
end
return {'new'}
