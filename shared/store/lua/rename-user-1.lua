-- rename-user: one step of a rename in the user's hash. `spare` is a second nickname the user may hold at the moment: first
-- the one it wants, then, when that is its own, the one it gives up; so whoever ends the user knows both.
-- KEYS  1 user
-- ARGV  1 'want' or 'take'  2 folded name  3 name (for 'take')
-- Gives 1, or 0 for an ended or unknown user.
local h = redis.call('HMGET', KEYS[1], 'token', 'ended', 'nick')
if not h[1] or h[2] then return 0 end
if ARGV[1] == 'want' then
  redis.call('HSET', KEYS[1], 'spare', ARGV[2])
else
  redis.call('HSET', KEYS[1], 'name', ARGV[3], 'nick', ARGV[2], 'spare', h[3])
end
return 1
