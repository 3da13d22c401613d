-- forgetTrimmed: removes what is there of messages that are older than the log (400 at a time).
local function forgetTrimmed(log)
  local overlaid = overlayKey(log, 'overlaid')
  local oldest = redis.call('ZRANGE', overlaid, 0, 0)[1]
  if not oldest then return end
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local through, gone = first and string.match(first[1], '^%d+') or '+inf', {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', overlaid, '-inf', through, 'LIMIT', 0, 400)) do
    if not first or above(first[1], id) then gone[#gone + 1] = id end
  end
  forgetOverlay(log, gone)
end
