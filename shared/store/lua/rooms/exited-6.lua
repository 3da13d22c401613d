-- with above, clock, moves
-- exited: the last step of leaving a room, on the user's shard. A user that has all it is owed is no member any more; another one stays,
-- and `deliver` lets it go. The last member takes the shard's position along, so that a later member does not start from an old one.
-- KEYS  1 user  2 the user's rooms  3 members  4 position  5 moves under way  6 leaving
-- ARGV  1 id  2 room  3 number of the move, '' for that of a user that has ended and did not begin one
--       4 log id up to which the user is given what the room has, '' for nothing more
-- Gives 1 when the user is still to be given something, else 0.
-- Bound: a few fields.
local user, rooms, members, position, moves, leaving = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, room, number, bound = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function remove()
  redis.call('ZREM', members, id)
  redis.call('HDEL', leaving, markOf(id, room))
  if redis.call('EXISTS', members) == 0 then redis.call('DEL', position) end
end
-- up to where the user has the room's events
local function reached()
  local at, through, last = string.match(redis.call('GET', position) or '0-0', '^(%S+) ?(%S*) ?(%S*)$')
  return through ~= '' and tonumber(id) <= tonumber(last) and through or at
end
local h = redis.call('HMGET', user, 'token', 'ended')
if not h[1] or h[2] then
  remove()
  redis.call('SREM', rooms, room)
  if number ~= '' then redis.call('ZREM', moves, moveOf(id, number, room)) end
  return 0
end
local waits = false
-- the mark of a later exit is that one's; an earlier one may have died
local marked, former = string.match(redis.call('HGET', leaving, markOf(id, room)) or '', '^(%d+) (%S*)$')
if marked and tonumber(marked) <= tonumber(number) then
  if bound == '' then
    if tonumber(marked) == tonumber(number) then remove() end
  else
    if former ~= '' and above(bound, former) then bound = former end
    waits = redis.call('ZSCORE', members, id) and above(bound, reached()) -- a version without marks may have let it go
    if waits then redis.call('HSET', leaving, markOf(id, room), marked .. ' ' .. bound) else remove() end
  end
end
local move = moveOf(id, number, room)
if waits and tonumber(marked) == tonumber(number) then redis.call('ZADD', moves, 'XX', now(), move) else redis.call('ZREM', moves, move) end
return waits and 1 or 0
