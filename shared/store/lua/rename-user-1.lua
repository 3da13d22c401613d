-- rename-user: one step of a rename in the user's hash: first the wanted name, then, claimed, the name itself.
-- KEYS  1 user
-- ARGV  1 'want' or 'take'  2 folded name  3 name (for 'take')
-- Gives 1, or 0 for an ended or unknown user.
local h = redis.call('HMGET', KEYS[1], 'token', 'ended')
if not h[1] or h[2] then return 0 end
if ARGV[1] == 'want' then
  redis.call('HSET', KEYS[1], 'wanted', ARGV[2])
else
  redis.call('HSET', KEYS[1], 'name', ARGV[3], 'nick', ARGV[2])
  redis.call('HDEL', KEYS[1], 'wanted')
end
return 1
