-- value-weights: what the values of one room shard's rooms weigh. Rooms that have expired leave the list here.
-- KEYS  1 valued
-- ARGV  1 beginning of the rooms' keys  2 most rooms named
-- Gives {bytes of all, {room, bytes, ...} of the heaviest}.
-- Bound: 1,000 rooms.
local sum, named = 0, {}
local flat = redis.call('ZREVRANGE', KEYS[1], 0, 999, 'WITHSCORES')
for i = 1, #flat, 2 do
  local values = ARGV[1] .. flat[i]
  if redis.call('EXISTS', values .. ':values', values .. ':own-values') == 0 then
    redis.call('ZREM', KEYS[1], flat[i])
  else
    sum = sum + flat[i + 1]
    if #named < 2 * ARGV[2] then named[#named + 1], named[#named + 2] = flat[i], flat[i + 1] end
  end
end
return {sum, named}
