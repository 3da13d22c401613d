-- deliver: copies events of rooms into the inboxes of their members in one user shard, once, and wakes who waits.
-- KEYS  1 attached; for each room: members, position
-- ARGV  1 the shard's tag  2 most events an inbox holds  3 most pushes
--       for each room: log id its batch begins after, count of events, then id and text of each, in log order
-- Gives for each room {'done', id} (all members have the events up to id), {'more', id} (call again) or
-- {'behind', id} (the batch begins beyond this shard's position: read the log again after id).
-- position: 'id', or 'id through user': all have the events up to id, users up to `user` have them up to `through`.
-- A process with live users is told of all rooms in one delivery: its number, then for each room a line each of count of
-- events, last id, users (id:n id:n ...), and texts.
local attached, tag, most, pushes = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local deliveries = {}
local cluster = false -- set by scripts.ts
local function above(a, b)
  if a == b then return false end
  local ams, aseq = string.match(a, '(%d+)-(%d+)')
  local bms, bseq = string.match(b, '(%d+)-(%d+)')
  if ams ~= bms then return tonumber(ams) > tonumber(bms) end
  return tonumber(aseq) > tonumber(bseq)
end
local function push(id, texts)
  local key = 'user:' .. tag .. ':' .. id
  local length = redis.call('RPUSH', key .. ':messages', unpack(texts))
  if length > most then
    local newest = redis.call('LINDEX', key .. ':messages', length - most - 1)
    redis.call('LTRIM', key .. ':messages', length - most, -1)
    redis.call('HINCRBY', key, 'base', length - most)
    redis.call('HSET', key, 'baseId', string.match(newest, '^{"id":"([%d-]+)'))
  end
end
-- While a slot moves, some keys are elsewhere already: then it fails here, before anything is written.
local function look(ids)
  local inboxes = {}
  for i, id in ipairs(ids) do inboxes[i] = 'user:' .. tag .. ':' .. id .. ':messages' end
  redis.call('EXISTS', unpack(inboxes))
end
local function ring(id, n)
  local bell = 'user:' .. tag .. ':' .. id .. ':bell:' .. n
  if redis.call('EXISTS', bell) == 1 then return end
  redis.call('RPUSH', bell, '1')
  redis.call('PEXPIRE', bell, 120000) -- a poll is over by then; nothing is left of a dead process
end
local function deliver(members, position, from, first, final, share)
  local at, through, user = string.match(redis.call('GET', position) or from, '^(%S+) ?(%S*) ?(%S*)$')
  if above(from, at) then return {'behind', at} end
  if not above(ARGV[final], at) then return {'done', at} end
  if pushes <= 0 then return {'more', at} end
  if through == '' or above(through, ARGV[final]) then through, user = ARGV[final], '' end
  local texts, last = {}, at
  for i = first, final, 2 do
    if above(ARGV[i], at) and not above(ARGV[i], through) then texts[#texts + 1], last = ARGV[i + 1], ARGV[i] end
  end
  local range = math.max(1, math.floor(share / #texts))
  local ids = redis.call('ZRANGEBYSCORE', members, user == '' and '-inf' or '(' .. user, '+inf', 'LIMIT', 0, range + 1)
  local more = #ids > range
  if more then ids[#ids] = nil end
  pushes = pushes - #ids * #texts
  local live = {}
  if cluster and #ids > 0 then look(ids) end
  local holders = #ids > 0 and redis.call('HMGET', attached, unpack(ids)) or {}
  for i, id in ipairs(ids) do
    push(id, texts)
    local way, process, n = string.match(holders[i] or '', '^(%a+):(%w+):(%d+)$')
    if way == 'live' then
      live[process] = live[process] or {}
      table.insert(live[process], id .. ':' .. n)
    elseif way then
      ring(id, n)
    end
  end
  for process, users in pairs(live) do
    deliveries[process] = deliveries[process] or {}
    table.insert(deliveries[process], #texts .. '\n' .. last .. '\n' .. table.concat(users, ' ') .. '\n' .. table.concat(texts, ','))
  end
  if more then
    redis.call('SET', position, at .. ' ' .. through .. ' ' .. ids[#ids])
    return {'more', at}
  end
  if #ids == 0 and user == '' then redis.call('DEL', position) else redis.call('SET', position, through) end
  return {'done', through}
end
local replies, at, rooms = {}, 4, (#KEYS - 1) / 2
for room = 1, rooms do
  local final = at + 2 * ARGV[at + 1]
  local share = math.ceil(pushes / (rooms - room + 1)) -- a large room leaves the others theirs
  -- a room that fails must not keep what was pushed for others from being told
  local ok, reply = pcall(deliver, KEYS[2 * room], KEYS[2 * room + 1], ARGV[at], at + 2, final, share)
  replies[room] = ok and reply or redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply))
  at = final + 2
end
for process, groups in pairs(deliveries) do
  local sequence = 'sequence:' .. tag .. ':' .. process
  local number = redis.call('INCR', sequence)
  if number == 1 then redis.call('EXPIRE', sequence, 60) end -- the process renews it as long as it has live users
  redis.call('PUBLISH', 'delivery:' .. tag .. ':' .. process, number .. '\n' .. table.concat(groups, '\n'))
end
return replies
