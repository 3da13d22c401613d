-- above: whether a log id is above another.
local function above(a, b)
  if a == b then return false end
  local ams, aseq = string.match(a, '(%d+)-(%d+)')
  local bms, bseq = string.match(b, '(%d+)-(%d+)')
  if ams ~= bms then return tonumber(ams) > tonumber(bms) end
  return tonumber(aseq) > tonumber(bseq)
end
-- push: puts events into an inbox, which loses its oldest beyond `most`.
local function push(tag, id, texts, most)
  local key = 'user:' .. tag .. ':' .. id
  local length = redis.call('RPUSH', key .. ':messages', unpack(texts))
  if length > most then
    local newest = redis.call('LINDEX', key .. ':messages', length - most - 1)
    redis.call('LTRIM', key .. ':messages', length - most, -1)
    redis.call('HINCRBY', key, 'base', length - most)
    redis.call('HSET', key, 'baseId', string.match(newest, '^{"id":"([%d-]+)'))
  end
end
-- ring: wakes a poll that waits in the blocking way.
local function ring(tag, id, n)
  local bell = 'user:' .. tag .. ':' .. id .. ':bell:' .. n
  if redis.call('EXISTS', bell) == 1 then return end
  redis.call('RPUSH', bell, '1')
  redis.call('PEXPIRE', bell, 120000) -- a poll is over by then; nothing is left of a dead process
end
-- group: one room's part of a delivery: count of events, last id, users (id:n id:n ...) and texts, a line each.
local function group(texts, last, users)
  return #texts .. '\n' .. last .. '\n' .. table.concat(users, ' ') .. '\n' .. table.concat(texts, ',')
end
-- publish: gives a process with live users a delivery, with the next number.
local function publish(tag, process, groups)
  local sequence = 'sequence:' .. tag .. ':' .. process
  local number = redis.call('INCR', sequence)
  if number == 1 then redis.call('EXPIRE', sequence, 60) end -- the process renews it as long as it has live users
  redis.call('PUBLISH', 'delivery:' .. tag .. ':' .. process, number .. '\n' .. table.concat(groups, '\n'))
end
