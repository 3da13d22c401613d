-- remember: keeps which user the nonce of a join has made, unless another user was kept meanwhile.
-- KEYS
--   joined
-- ARGV
--   former: what was kept before, '' for nothing
--   text: what to keep
--   ttl: ms
-- Returns what is kept now.
-- Bound: one key.
local joined = unpack(KEYS)
local former, text, ttl = unpack(ARGV)
local kept = redis.call('GET', joined) or ''
if kept ~= former then return kept end
redis.call('SET', joined, text, 'PX', ttl)
return text
