-- with clock, moves
-- enter-user: the first step of entering a room, on the user's shard: members and the user's rooms. It begins a move.
-- KEYS  1 user  2 the user's rooms  3 members  4 attached  5 position  6 moves under way  7 leaving
-- ARGV  1 id  2 room  3 SHA-256 of the token, '' when another user's message brings this one in  4 most rooms
--       (public rooms and private ones are counted apart)  5 hash of the user's address, '' when it is not known
-- A shard that has no position in the room notes the millisecond before it got a member: should its first deliveries be lost by a failover,
-- it is behind from there on, and nothing is passed over.
-- Gives {'ok', name, number of the move, what it is owed of a former exit: a log id, '+' when that is not known yet, '' for nothing},
-- {'unauthorized'} (or ended, or unknown), {'too_many'}.
-- Bound: a few fields.
local user, rooms, members, attached, position = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, room = ARGV[1], ARGV[2]
local h = redis.call('HMGET', user, 'token', 'ended', 'name', 'public')
if not h[1] or h[2] or (ARGV[3] ~= '' and h[1] ~= ARGV[3]) then return {'unauthorized'} end
local public = tonumber(h[4] or 0)
local private = string.find(room, ':', 1, true)
if redis.call('SISMEMBER', rooms, room) == 0 then
  local count = private and redis.call('SCARD', rooms) - public or public
  if count >= tonumber(ARGV[4]) then return {'too_many'} end
  if not private then redis.call('HINCRBY', user, 'public', 1) end
  redis.call('SADD', rooms, room)
end
if ARGV[5] ~= '' then redis.call('HSET', user, 'address', ARGV[5]) end
redis.call('ZADD', members, id, id)
-- it has exited and comes back: it goes on as a member, and that exit needs nothing more
local exited, owed = string.match(redis.call('HGET', KEYS[7], markOf(id, room)) or '', '^(%d+) (%S*)$')
if exited then
  redis.call('HDEL', KEYS[7], markOf(id, room))
  redis.call('ZREM', KEYS[6], moveOf(id, exited, room))
end
redis.call('SET', position, string.format('%d-0  -inf', now() - 1), 'NX')
local holder = redis.call('HGET', attached, id)
if holder then redis.call('PUBLISH', 'notice:' .. string.match(user, '{%w+}') .. ':' .. string.match(holder, ':(.-):'), 'entered ' .. id .. ' ' .. room) end
return {'ok', h[3], nextMove(user, KEYS[6], id, room), owed == '' and '+' or owed or ''}
