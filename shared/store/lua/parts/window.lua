-- takeWindow: counts in a fixed window, which begins with its first call. key: of the count. max: what it may count.
-- ms: how long it is. Returns the ms until it ends if the count is above max, else nil.
local function takeWindow(key, max, ms, cost)
  local count = redis.call('INCRBY', key, cost)
  local left = redis.call('PTTL', key)
  if left < 0 then
    redis.call('PEXPIRE', key, ms)
    left = tonumber(ms)
  end
  if count > tonumber(max) then return left end
end
