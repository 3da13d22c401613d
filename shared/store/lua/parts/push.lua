-- dropOldest: takes the oldest events from an inbox, and moves its base, log id and digest along.
local function dropOldest(user, inbox, count)
  local texts = redis.call('LRANGE', inbox, 0, count - 1)
  local base, sum = unpack(redis.call('HMGET', user, 'base', 'sum'))
  base = tonumber(base or 0)
  local digest = digestAt(sum, base)
  redis.call('LTRIM', inbox, count, -1)
  redis.call('HSET', user, 'base', base + count, 'baseId', string.match(texts[count], '^{"id":"([%d-]+)'))
  if digest then redis.call('HSET', user, 'sum', base + count .. ' ' .. digestWith(digest, texts)) end
end
local droppableBytes = 524288 -- one call takes so much from full inboxes an eighth at a time, then only the surplus
-- pushEvents: puts events into an inbox, `bytes` of them. The inbox loses its oldest beyond `eventsMax` and beyond
-- `bytesMax`.
local function pushEvents(user, texts, bytes, eventsMax, bytesMax)
  local inbox = user .. ':messages'
  local length = redis.call('RPUSH', inbox, unpack(texts))
  if length > eventsMax then
    dropOldest(user, inbox, length - eventsMax)
    length = eventsMax
  end
  -- Measuring costs as much as pushing. A small push measures only at every sixteenth event, so the inbox may be 16 KB
  -- too large for a while.
  if bytes < 1024 and length < eventsMax and length % 16 >= #texts then return end
  -- No event is larger than 16 KB, so a few need not be measured. An eighth goes at a time: making room for each push
  -- anew would cost too much.
  while length > bytesMax / 16384 do
    local used = redis.call('MEMORY', 'USAGE', inbox, 'SAMPLES', 0)
    if used <= bytesMax then return end
    local count = math.ceil(length / 8)
    if droppableBytes <= 0 then
      count = math.max(math.ceil(length * (used - bytesMax) / used), math.ceil(length / 32))
    end
    droppableBytes = droppableBytes - used * count / length
    dropOldest(user, inbox, count)
    length = length - count
  end
end
-- ringBell: wakes a poll that waits in the blocking way.
local function ringBell(user, n)
  local bell = user .. ':bell:' .. n
  if redis.call('EXISTS', bell) == 1 then return end
  redis.call('RPUSH', bell, '1')
  redis.call('PEXPIRE', bell, 120000) -- a poll is over by then, and nothing is left of a dead process
end
-- deliveryGroup: one room's share of a delivery: count of events, last log id, users (id:n id:n ...) and texts, a line
-- each; and the digest of the events.
local function deliveryGroup(texts, last, users, digest)
  return {#texts .. '\n' .. last .. '\n' .. table.concat(users, ' ') .. '\n' .. table.concat(texts, ','), digest}
end
-- publishDelivery: gives an instance with live users a delivery: its number, the groups, and a last line of digests.
local function publishDelivery(tag, instance, groups)
  local sequence = '<prefix>sequence:' .. tag .. ':' .. instance
  local number = redis.call('INCR', sequence)
  if number == 1 then redis.call('EXPIRE', sequence, 60) end -- the instance renews it while it has live users
  local lines, digests = {number}, {}
  for i, group in ipairs(groups) do lines[i + 1], digests[i] = group[1], group[2] end
  lines[#lines + 1] = table.concat(digests, ' ')
  redis.call('PUBLISH', '<prefix>delivery:' .. tag .. ':' .. instance, table.concat(lines, '\n'))
end
