-- with clock, moves
-- exit-user: the first step of leaving a room, on the user's shard. It begins a move, and all former moves into this room are void. The user
-- is not in the room any more, but stays a member for fan-out, marked as leaving, until it has what was accepted before `left`.
-- KEYS  1 user  2 the user's rooms  3 members  4 attached  5 moves under way  6 leaving
-- ARGV  1 id  2 room  3 the number that the user's last move must have, '' for any
-- leaving: by 'id room' the number of the exit and, once it is known, the log id up to which the user is given what the room has.
-- Gives the number of the move, 0 for a user that has ended (nothing was done), -1 when its last move was another.
-- Bound: a few fields.
local user, id, room = KEYS[1], ARGV[1], ARGV[2]
local h = redis.call('HMGET', user, 'token', 'ended', 'move')
if not h[1] or h[2] then return 0 end
if ARGV[3] ~= '' and h[3] ~= ARGV[3] then return -1 end
local number = nextMove(user, KEYS[5], id, room)
local wasIn = redis.call('SREM', KEYS[2], room) == 1
if wasIn and not string.find(room, ':', 1, true) then redis.call('HINCRBY', user, 'public', -1) end
-- a mark is another exit's, unless the user was in: then a version without marks has brought it in
if redis.call('ZSCORE', KEYS[3], id) then redis.call(wasIn and 'HSET' or 'HSETNX', KEYS[6], markOf(id, room), string.format('%d ', number)) end
local holder = redis.call('HGET', KEYS[4], id)
if holder then redis.call('PUBLISH', 'notice:' .. string.match(user, '{%w+}') .. ':' .. string.match(holder, ':(.-):'), 'exited ' .. id .. ' ' .. room) end
return number
