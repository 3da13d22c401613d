-- with sum, push
-- exit-user: the second step of leaving a room, on the user's shard. The last member takes the shard's position along,
-- so that a later member does not start from an old one. Who was made to go is told: fan-out does not know it as a member any more.
-- KEYS  1 user  2 the user's rooms  3 members  4 position  5 attached  6 inbox
-- ARGV  1 id  2 room  3 log id of `left`, '' when the user is not to be told  4 its text, with that id  5 the shard's tag  6 most events
--       an inbox holds
-- Bound: a few fields; for who was made to go one push, which may drop an eighth of the inbox.
local user, rooms, members, position, attached = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, room = ARGV[1], ARGV[2]
local wasMember = redis.call('ZREM', members, id) == 1
local holder = redis.call('HGET', attached, id)
local at = string.match(redis.call('GET', position) or '0-0', '^%S+')
if ARGV[3] ~= '' and wasMember and above(ARGV[3], at) and redis.call('HGET', user, 'ended') == false and redis.call('EXISTS', user) == 1 then
  push(ARGV[5], id, {ARGV[4]}, #ARGV[4], tonumber(ARGV[6]), tonumber(ARGV[7]))
  local way, process, n = string.match(holder or '', '^(%a+):(%w+):(%d+)$')
  if way == 'live' then publish(ARGV[5], process, {group({ARGV[4]}, ARGV[3], {id .. ':' .. n}, sumWith(0, {ARGV[4]}))})
  elseif way == 'blocking' then ring(ARGV[5], id, n) end
end
if redis.call('SREM', rooms, room) == 1 and not string.find(room, ':', 1, true) and redis.call('EXISTS', user) == 1 then
  redis.call('HINCRBY', user, 'public', -1)
end
if redis.call('ZCARD', members) == 0 then redis.call('DEL', position) end
if holder then redis.call('PUBLISH', 'notice:' .. ARGV[5] .. ':' .. string.match(holder, ':(.-):'), 'exited ' .. id .. ' ' .. room) end
return 1
