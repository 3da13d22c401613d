-- drop: takes the oldest from an inbox, and moves its base, log id and sum along. key: the user's.
local function drop(key, inbox, count)
  local texts = redis.call('LRANGE', inbox, 0, count - 1)
  local base = tonumber(redis.call('HGET', key, 'base') or 0)
  local sum = digestAt(key, base)
  redis.call('LTRIM', inbox, count, -1)
  redis.call('HSET', key, 'base', base + count, 'baseId', string.match(texts[count], '^{"id":"([%d-]+)'))
  if sum then redis.call('HSET', key, 'sum', base + count .. ' ' .. digestWith(sum, texts)) end
end
local droppable = 524288 -- bytes that one call takes out of full inboxes an eighth at a time; beyond it only what is too much
-- push: puts events, `size` bytes in all, into an inbox, which loses its oldest beyond `most` and beyond `bytes`.
local function push(tag, id, texts, size, most, bytes)
  local key = 'user:' .. tag .. ':' .. id
  local inbox = key .. ':messages'
  local length = redis.call('RPUSH', inbox, unpack(texts))
  if length > most then
    drop(key, inbox, length - most)
    length = most
  end
  -- Measuring costs as much as pushing: little is measured at every sixteenth event only, so that it may be 16 KB more for a while.
  if size < 1024 and length < most and length % 16 >= #texts then return end
  -- No event is larger than 16 KB, so that few need not be measured; and an eighth goes at a time, as to make room for each push anew
  -- would cost more than those who read late are worth.
  while length > bytes / 16384 do
    local used = redis.call('MEMORY', 'USAGE', inbox, 'SAMPLES', 0)
    if used <= bytes then return end
    local count = math.ceil(length / 8)
    if droppable <= 0 then count = math.max(math.ceil(length * (used - bytes) / used), math.ceil(length / 32)) end
    droppable = droppable - used * count / length
    drop(key, inbox, count)
    length = length - count
  end
end
-- ring: wakes a poll that waits in the blocking way.
local function ring(tag, id, n)
  local bell = 'user:' .. tag .. ':' .. id .. ':bell:' .. n
  if redis.call('EXISTS', bell) == 1 then return end
  redis.call('RPUSH', bell, '1')
  redis.call('PEXPIRE', bell, 120000) -- a poll is over by then; nothing is left of a dead process
end
-- group: one room's part of a delivery: count of events, last id, users (id:n id:n ...) and texts, a line each; and the events' sum.
local function group(texts, last, users, sum)
  return {#texts .. '\n' .. last .. '\n' .. table.concat(users, ' ') .. '\n' .. table.concat(texts, ','), sum}
end
-- publish: gives a process with live users a delivery: the next number, the groups, and in a last line their sums.
local function publish(tag, process, groups)
  local sequence = 'sequence:' .. tag .. ':' .. process
  local number = redis.call('INCR', sequence)
  if number == 1 then redis.call('EXPIRE', sequence, 60) end -- the process renews it as long as it has live users
  local lines, sums = {number}, {}
  for i, one in ipairs(groups) do lines[i + 1], sums[i] = one[1], one[2] end
  lines[#lines + 1] = table.concat(sums, ' ')
  redis.call('PUBLISH', 'delivery:' .. tag .. ':' .. process, table.concat(lines, '\n'))
end
