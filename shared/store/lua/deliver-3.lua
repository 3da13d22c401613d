-- deliver: copies events of one room into the inboxes of the members in one user shard, once, and wakes who waits.
-- KEYS  1 members  2 position  3 attached
-- ARGV  1 the shard's tag  2 log id the batch begins after  3 most events an inbox holds  4 most pushes
--       5.. log id, event text, log id, event text, ... in log order
-- Gives {'done', id} (all members have the events up to id), {'more', id} (call again) or
-- {'behind', id} (the batch begins beyond this shard's position: read the log again after id).
-- position: 'id', or 'id through user': all have the events up to id, users up to `user` have them up to `through`.
local members, position, attached = KEYS[1], KEYS[2], KEYS[3]
local tag, from, most, pushes = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function above(a, b)
  local ams, aseq = string.match(a, '(%d+)-(%d+)')
  local bms, bseq = string.match(b, '(%d+)-(%d+)')
  if ams ~= bms then return tonumber(ams) > tonumber(bms) end
  return tonumber(aseq) > tonumber(bseq)
end
local final = ARGV[#ARGV - 1]
local at, through, user = string.match(redis.call('GET', position) or from, '^(%S+) ?(%S*) ?(%S*)$')
if above(from, at) then return {'behind', at} end
if not above(final, at) then return {'done', at} end
if through == '' or above(through, final) then through, user = final, '' end
local texts, last = {}, at
for i = 5, #ARGV, 2 do
  if above(ARGV[i], at) and not above(ARGV[i], through) then
    texts[#texts + 1], last = ARGV[i + 1], ARGV[i]
  end
end
local range = math.max(1, math.floor(pushes / #texts))
local ids = redis.call('ZRANGEBYSCORE', members, user == '' and '-inf' or '(' .. user, '+inf', 'LIMIT', 0, range + 1)
local more = #ids > range
if more then ids[#ids] = nil end
local live = {}
local holders = #ids > 0 and redis.call('HMGET', attached, unpack(ids)) or {}
for i, id in ipairs(ids) do
  local key = 'user:' .. tag .. ':' .. id
  local length = redis.call('RPUSH', key .. ':messages', unpack(texts))
  if length > most then
    local newest = redis.call('LINDEX', key .. ':messages', length - most - 1)
    redis.call('LTRIM', key .. ':messages', length - most, -1)
    redis.call('HINCRBY', key, 'base', length - most)
    redis.call('HSET', key, 'baseId', string.match(newest, '^{"id":"([%d-]+)'))
  end
  if holders[i] then
    local way, process, n = string.match(holders[i], '(.-):(.-):(.*)')
    if way == 'live' then
      live[process] = live[process] or {}
      table.insert(live[process], id .. ':' .. n)
    elseif redis.call('EXISTS', key .. ':bell:' .. n) == 0 then
      redis.call('RPUSH', key .. ':bell:' .. n, '1')
      redis.call('PEXPIRE', key .. ':bell:' .. n, 120000) -- a poll is over by then; nothing is left of a dead process
    end
  end
end
for process, users in pairs(live) do
  local sequence = 'sequence:' .. tag .. ':' .. process
  local number = redis.call('INCR', sequence)
  redis.call('EXPIRE', sequence, 60)
  redis.call('PUBLISH', 'delivery:' .. tag .. ':' .. process,
    number .. '\n' .. #texts .. '\n' .. last .. '\n' .. table.concat(users, ' ') .. '\n' .. table.concat(texts, ','))
end
if more then
  redis.call('SET', position, at .. ' ' .. through .. ' ' .. ids[#ids])
  return {'more', at}
end
if redis.call('ZCARD', members) == 0 then redis.call('DEL', position) else redis.call('SET', position, through) end
return {'done', through}
