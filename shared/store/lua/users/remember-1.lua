-- remember: keeps which user a nonce has made, unless another one has been kept meanwhile.
-- KEYS  1 joined
-- ARGV  1 what was kept before, '' for nothing  2 what is to be kept  3 ms
-- Gives what is kept now.
-- Bound: one key.
local kept = redis.call('GET', KEYS[1]) or ''
if kept ~= ARGV[1] then return kept end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]
