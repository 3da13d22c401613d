-- with above, clock, moves, digest, push
-- deliver: copies events of rooms into the inboxes of their members in one user shard, once, and wakes who waits.
-- KEYS  1 attached; for each room: members, position
-- ARGV  1 the shard's tag  2 most events an inbox holds  3 most pushes of one event  4 most bytes an inbox holds  5 the same of who has never polled
--       for each room: log id its batch begins after, id of the only user its one event is for ('' for all members), count of events,
--       then id and text of each, in log order
-- Gives for each room {'done', id} (all members have the events up to id), {'more', id} (call again) or
-- {'behind', id} (the batch begins beyond this shard's position: read the log again after id).
-- position: 'id', or 'id through user': all have the events up to id, users up to `user` have them up to `through`; or
-- 'id  -inf': there are members since that time and nothing was delivered yet: a batch that begins later is behind. (Versions that do not know
-- this form take it for a position.)
-- A process with live users is told of all rooms in one delivery. A member that has exited (`leaving`, see `exit-user`) gets what it is owed
-- still, and is no member afterwards.
-- Bound: ARGV 3 pushes and half a MB of copies, and one member more of each room (at most 32 rooms in one call). As much again is dropped
-- from full inboxes, and half a MB more.
local attached, tag, most, pushes, bytes, bytesAway = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local copies = 524288 -- bytes that one call copies are bounded too: Redis does nothing else meanwhile
local leaving, moves = 'leaving:' .. tag, 'moves:' .. tag
local someLeave = redis.call('EXISTS', leaving) == 1
local deliveries = {}
local cluster = false -- set by scripts.ts
-- While a slot moves, some keys are elsewhere already: then it fails here, before anything is written.
local function look(ids)
  local inboxes = {}
  for i, id in ipairs(ids) do inboxes[i] = 'user:' .. tag .. ':' .. id .. ':messages' end
  redis.call('EXISTS', unpack(inboxes))
end
-- ids of the members after `user`, and whether there are more of them than fit
local function membersAfter(members, user, only, range)
  if only ~= '' then return redis.call('ZSCORE', members, only) and {only} or {}, false end
  local ids = redis.call('ZRANGEBYSCORE', members, user == '' and '-inf' or '(' .. user, '+inf', 'LIMIT', 0, range + 1)
  local more = #ids > range
  if more then ids[#ids] = nil end
  return ids, more
end
-- tells who waits for a member's events; `live` gathers users by process
local function wake(id, holder, live)
  local way, process, n = string.match(holder, '^(%a+):(%w+):(%d+)$')
  if way == 'live' then
    live[process] = live[process] or {}
    table.insert(live[process], id .. ':' .. n)
  elseif way == 'blocking' then
    ring(tag, id, n)
  end
end
local function gather(live, texts, last)
  local sum = next(live) and digestWith(0, texts)
  for process, users in pairs(live) do
    deliveries[process] = deliveries[process] or {}
    table.insert(deliveries[process], group(texts, last, users, sum))
  end
end
-- parts those who are leaving from the members; a mark of who has come back to a version without marks is void. Of one that has ended since
-- nobody knows whether the room's shard has been told: its move stays under way.
local function partLeavers(ids, room)
  local fields, staying, leavers = {}, {}, {}
  for i, id in ipairs(ids) do fields[i] = markOf(id, room) end
  local marks = redis.call('HMGET', leaving, unpack(fields))
  for i, id in ipairs(ids) do
    local number, bound = string.match(marks[i] or '', '^(%d+) (%S*)$')
    local user = 'user:' .. tag .. ':' .. id
    local h = number and redis.call('HMGET', user, 'token', 'ended')
    if number and (not h[1] or h[2]) then leavers[#leavers + 1] = {id = id, bound = '0-0'}
    elseif not number or bound == '' then staying[#staying + 1] = id
    elseif redis.call('SISMEMBER', user .. ':rooms', room) == 1 then
      redis.call('HDEL', leaving, fields[i])
      staying[#staying + 1] = id
    else leavers[#leavers + 1] = {id = id, number = number, bound = bound} end
  end
  return staying, leavers
end
-- gives a leaver the events up to its bound; it is no member any more when all of these have been reached
local function deliverLast(members, room, leaver, texts, through)
  local owed, size, last, live = {}, 0, nil, {}
  for _, text in ipairs(texts) do
    local at = string.match(text, '^{"id":"([%d-]+)')
    if not above(at, leaver.bound) then owed[#owed + 1], size, last = text, size + #text, at end
  end
  if last then
    local holder = redis.call('HGET', attached, leaver.id)
    push(tag, leaver.id, owed, size, most, holder and bytes or bytesAway)
    if holder then wake(leaver.id, holder, live) end
    gather(live, owed, last)
  end
  if above(leaver.bound, through) then return end
  redis.call('ZREM', members, leaver.id)
  redis.call('HDEL', leaving, markOf(leaver.id, room))
  if leaver.number then redis.call('ZREM', moves, moveOf(leaver.id, leaver.number, room)) end
end
local function deliver(members, position, from, only, first, final, left)
  local at, through, user = string.match(redis.call('GET', position) or from, '^(%S+) ?(%S*) ?(%S*)$')
  if user == '-inf' then at, user = above(from, at) and at or from, '' end
  if above(from, at) then return {'behind', at} end
  if not above(ARGV[final], at) then return {'done', at} end
  -- a chunk of a longer batch, which another worker has begun: who has that needs nothing of this one
  if through == '' or above(through, ARGV[final]) then through = ARGV[final] end
  local texts, last, size = {}, at, 0
  for i = first, final, 2 do
    if above(ARGV[i], at) and not above(ARGV[i], through) then
      texts[#texts + 1], last, size = ARGV[i + 1], ARGV[i], size + #ARGV[i + 1]
    end
  end
  if #texts == 0 then -- what was left of the chunk has been taken out of the log
    redis.call('SET', position, through)
    return {'done', through}
  end
  -- a large room leaves the others theirs, and each gets on by one member at least; ten more events cost as much as a member more
  local cost = 0.9 + #texts / 10
  local range = math.max(1, math.floor(math.min(math.ceil(pushes / left) / cost, copies / left / size)))
  local ids, more = membersAfter(members, user, only, range)
  pushes, copies = pushes - #ids * cost, copies - #ids * size
  local lastUser, leavers = ids[#ids], {}
  if cluster and #ids > 0 then look(ids) end
  local room = someLeave and string.sub(members, #'members::' + #tag + 1)
  if someLeave and #ids > 0 then ids, leavers = partLeavers(ids, room) end
  local live = {}
  local holders = #ids > 0 and redis.call('HMGET', attached, unpack(ids)) or {}
  for i, id in ipairs(ids) do
    local holder = holders[i]
    push(tag, id, texts, size, most, holder and bytes or bytesAway)
    if holder then wake(id, holder, live) end
  end
  gather(live, texts, last)
  for _, leaver in ipairs(leavers) do deliverLast(members, room, leaver, texts, through) end
  if more then
    redis.call('SET', position, at .. ' ' .. through .. ' ' .. lastUser)
    return {'more', at}
  end
  local mayBeEmpty = #leavers > 0 or not lastUser and user == ''
  if mayBeEmpty and redis.call('EXISTS', members) == 0 then redis.call('DEL', position) else redis.call('SET', position, through) end
  return {'done', through}
end
local replies, at, rooms = {}, 6, (#KEYS - 1) / 2
for room = 1, rooms do
  local final = at + 1 + 2 * ARGV[at + 2]
  -- a room that fails must not keep what was pushed for others from being told
  local ok, reply = pcall(deliver, KEYS[2 * room], KEYS[2 * room + 1], ARGV[at], ARGV[at + 1], at + 3, final, rooms - room + 1)
  replies[room] = ok and reply or redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply))
  at = final + 2
end
for process, groups in pairs(deliveries) do publish(tag, process, groups) end
return replies
