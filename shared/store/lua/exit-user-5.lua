-- exit-user: the second step of leaving a room, on the user's shard. The last member takes the shard's position along,
-- so that a later member does not start from an old one.
-- KEYS  1 user  2 the user's rooms  3 members  4 position  5 attached
-- ARGV  1 id  2 room
local user, rooms, members, position, attached = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local left = redis.call('SREM', rooms, ARGV[2])
if left == 1 and not string.find(ARGV[2], ':', 1, true) and redis.call('EXISTS', user) == 1 then
  redis.call('HINCRBY', user, 'public', -1)
end
redis.call('ZREM', members, ARGV[1])
if redis.call('ZCARD', members) == 0 then redis.call('DEL', position) end
local holder = redis.call('HGET', attached, ARGV[1])
if holder then
  redis.call('PUBLISH', 'notice:' .. string.match(user, '{%w+}') .. ':' .. string.match(holder, ':(.-):'), 'exited ' .. ARGV[1] .. ' ' .. ARGV[2])
end
return 1
