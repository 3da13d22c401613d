-- with clock, above, moves, digest, attachment, push
-- deliver: copies events of rooms into the inboxes of their members in one user shard, once, and wakes the polls that
-- wait. An instance with live users is told of all rooms in one delivery. A member that has exited (`leaving`, see
-- `exit-user`) still gets what it is owed, and is no member afterwards.
-- KEYS
--   attached
-- KEYS for each room
--   members
--   position: 'id': all members have the events up to id. 'id through user': besides, members up to `user` have them up
--     to `through`. 'id  -inf': there are members since that time, and nothing was delivered yet; a batch that begins
--     later is behind. (Versions that do not know this form take it for a position.)
-- ARGV
--   tag: the shard's
--   eventsMax: the most events of an inbox
--   pushesMax: the most pushes of this call
--   bytesMax: the most bytes of an inbox
--   neverPolledBytesMax: the same, for a user that has never polled
-- ARGV for each room
--   from: log id after which its batch begins
--   only: id of the only user whom its one event is for, '' for all members
--   count: of its events
--   events: the id and the text of each, in log order
-- Returns for each room {'done', id} (all members have the events up to id), {'more', id} (call again) or {'behind',
-- id} (the batch begins beyond this shard's position: read the log again after id).
-- Bound: pushesMax pushes and half a MB of copies, and one member more of each room (at most 32 rooms in one call). As
-- much again is dropped from full inboxes, and half a MB more.
local attached = unpack(KEYS, 1, 1)
local tag, eventsMax, pushesMax, bytesMax, neverPolledBytesMax = unpack(ARGV, 1, 5)
eventsMax, bytesMax, neverPolledBytesMax = tonumber(eventsMax), tonumber(bytesMax), tonumber(neverPolledBytesMax)
local pushesLeft, copiesLeft = tonumber(pushesMax), 524288 -- bytes are bounded too: Redis does nothing else meanwhile
local leaving, moves = 'leaving:' .. tag, 'moves:' .. tag
local someLeave = redis.call('EXISTS', leaving) == 1
local deliveries = {} -- by instance: the groups of its delivery
local cluster = false -- set by scripts.ts

local function keyOf(id) return 'user:' .. tag .. ':' .. id end

-- While a slot moves, some keys are elsewhere already. Then it fails here, before anything is written.
local function requireInboxes(ids)
  local inboxes = {}
  for i, id in ipairs(ids) do inboxes[i] = keyOf(id) .. ':messages' end
  redis.call('EXISTS', unpack(inboxes))
end

-- Where this shard is in the room's log: the log id that all members have, the log id that members up to `user` have,
-- and that user.
local function readPosition(position, from)
  local at, through, user = string.match(redis.call('GET', position) or from, '^(%S+) ?(%S*) ?(%S*)$')
  if user == '-inf' then return above(from, at) and at or from, through, '' end
  return at, through, user
end

-- The texts of a batch between two log ids; the last one's id, and their bytes.
local function selectEvents(events, at, through)
  local texts, last, bytes = {}, at, 0
  for i = 1, #events, 2 do
    local id = events[i]
    if above(id, at) and not above(id, through) then
      texts[#texts + 1], last, bytes = events[i + 1], id, bytes + #events[i + 1]
    end
  end
  return texts, last, bytes
end

-- Ids of at most `most` members after `user`, and whether there are more.
local function selectMembers(members, user, only, most)
  if only ~= '' then return redis.call('ZSCORE', members, only) and {only} or {}, false end
  local ids = redis.call('ZRANGEBYSCORE', members, user == '' and '-inf' or '(' .. user, '+inf', 'LIMIT', 0, most + 1)
  local more = #ids > most
  if more then ids[#ids] = nil end
  return ids, more
end

-- Splits members into those who stay and those who are leaving. The mark of a user that has come back, to a version
-- without marks, is void. Of a user that has ended since, nobody knows whether the room's shard was told: its move
-- stays under way.
local function splitLeavers(ids, room)
  local fields, staying, leavers = {}, {}, {}
  for i, id in ipairs(ids) do fields[i] = leavingField(id, room) end
  local marks = redis.call('HMGET', leaving, unpack(fields))
  for i, id in ipairs(ids) do
    local number, bound = parseMark(marks[i])
    local token, ended
    if number then token, ended = unpack(redis.call('HMGET', keyOf(id), 'token', 'ended')) end
    if number and (not token or ended) then
      leavers[#leavers + 1] = {id = id, bound = '0-0'}
    elseif not number or bound == '' then
      staying[#staying + 1] = id
    elseif redis.call('SISMEMBER', keyOf(id) .. ':rooms', room) == 1 then
      redis.call('HDEL', leaving, fields[i])
      staying[#staying + 1] = id
    else
      leavers[#leavers + 1] = {id = id, number = number, bound = bound}
    end
  end
  return staying, leavers
end

-- Puts events into a member's inbox and wakes its poll. holder: its attachment, or false. live: gathers users by
-- instance.
local function pushTo(id, texts, bytes, holder, live)
  pushEvents(keyOf(id), texts, bytes, eventsMax, holder and bytesMax or neverPolledBytesMax)
  local way, instance, n = parseAttachment(holder)
  if way == 'live' then
    live[instance] = live[instance] or {}
    table.insert(live[instance], id .. ':' .. n)
  elseif way == 'blocking' then
    ringBell(keyOf(id), n)
  end
end

-- Adds events to the deliveries of the instances whose users got them.
local function addToDeliveries(live, texts, last)
  local digest = next(live) and digestWith(0, texts)
  for instance, users in pairs(live) do
    deliveries[instance] = deliveries[instance] or {}
    table.insert(deliveries[instance], deliveryGroup(texts, last, users, digest))
  end
end

local function pushToMembers(ids, texts, bytes, last)
  local live = {}
  local holders = #ids > 0 and redis.call('HMGET', attached, unpack(ids)) or {}
  for i, id in ipairs(ids) do pushTo(id, texts, bytes, holders[i], live) end
  addToDeliveries(live, texts, last)
end

-- Gives a leaver the events up to its bound. It is no member any more when it has all of these.
local function pushToLeaver(members, room, leaver, texts, through)
  local owed, bytes, last, live = {}, 0, nil, {}
  for _, text in ipairs(texts) do
    local id = string.match(text, '^{"id":"([%d-]+)')
    if not above(id, leaver.bound) then owed[#owed + 1], bytes, last = text, bytes + #text, id end
  end
  if last then
    pushTo(leaver.id, owed, bytes, redis.call('HGET', attached, leaver.id), live)
    addToDeliveries(live, owed, last)
  end
  if above(leaver.bound, through) then return end
  redis.call('ZREM', members, leaver.id)
  redis.call('HDEL', leaving, leavingField(leaver.id, room))
  if leaver.number then redis.call('ZREM', moves, moveText(leaver.id, leaver.number, room)) end
end

-- How many members get so many events now: a large room leaves the others their share, and each room gets on by one
-- member at least. Returns the cost of a member in pushes, too: ten more events cost as much as a member more.
local function membersNow(count, bytes, roomsLeft)
  local cost = 0.9 + count / 10
  local share = math.ceil(pushesLeft / roomsLeft)
  return math.max(1, math.floor(math.min(share / cost, copiesLeft / roomsLeft / bytes))), cost
end

local function deliver(members, position, from, only, events, roomsLeft)
  local at, through, user = readPosition(position, from)
  if above(from, at) then return {'behind', at} end
  local final = events[#events - 1]
  if not above(final, at) then return {'done', at} end
  -- another worker may have begun a chunk of a longer batch: members that have that need nothing of this one
  if through == '' or above(through, final) then through = final end
  local texts, last, bytes = selectEvents(events, at, through)
  if #texts == 0 then -- what was left of the chunk has been taken out of the log
    redis.call('SET', position, through)
    return {'done', through}
  end
  local most, cost = membersNow(#texts, bytes, roomsLeft)
  local ids, more = selectMembers(members, user, only, most)
  pushesLeft, copiesLeft = pushesLeft - #ids * cost, copiesLeft - #ids * bytes
  local lastUser, leavers = ids[#ids], {}
  if cluster and #ids > 0 then requireInboxes(ids) end
  local room = someLeave and string.sub(members, #'members::' + #tag + 1)
  if someLeave and #ids > 0 then ids, leavers = splitLeavers(ids, room) end
  pushToMembers(ids, texts, bytes, last)
  for _, leaver in ipairs(leavers) do pushToLeaver(members, room, leaver, texts, through) end
  if more then
    redis.call('SET', position, at .. ' ' .. through .. ' ' .. lastUser)
    return {'more', at}
  end
  local mayBeEmpty = #leavers > 0 or not lastUser and user == ''
  if mayBeEmpty and redis.call('EXISTS', members) == 0 then
    redis.call('DEL', position)
  else
    redis.call('SET', position, through)
  end
  return {'done', through}
end

local replies, first, rooms = {}, 6, (#KEYS - 1) / 2
for i = 1, rooms do
  local members, position = unpack(KEYS, 2 * i, 2 * i + 1)
  local from, only, count = unpack(ARGV, first, first + 2)
  local events = {unpack(ARGV, first + 3, first + 2 + 2 * count)}
  first = first + 3 + 2 * count
  -- a room that fails must not keep what was pushed for others from being told
  local ok, reply = pcall(deliver, members, position, from, only, events, rooms - i + 1)
  replies[i] = ok and reply or redis.error_reply(type(reply) == 'table' and reply.err or tostring(reply))
end
for instance, groups in pairs(deliveries) do publishDelivery(tag, instance, groups) end
return replies
