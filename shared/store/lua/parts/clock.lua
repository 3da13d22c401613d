-- now: ms since 1970, by Redis's own clock, which is the same for all processes.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
