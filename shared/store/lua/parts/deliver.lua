-- deliver: copies events of one room into the inboxes of its members in one user shard. See the script `deliver`.
local cluster = false -- set by scripts.ts
-- How much one call may do, for all its rooms: see deliveryLimits.
local limits
-- The user shard that is served: see openShard and useShard.
local shard

-- deliveryLimits: sets the bounds of this call. Bytes are bounded too, because Redis does nothing else meanwhile.
local function deliveryLimits(eventsMax, pushesMax, bytesMax, neverPolledBytesMax)
  limits = {
    eventsMax = tonumber(eventsMax),
    pushes = tonumber(pushesMax),
    copies = 524288,
    bytesMax = tonumber(bytesMax),
    neverPolledBytesMax = tonumber(neverPolledBytesMax),
  }
end

-- openShard: begins to serve a user shard. deliveries: by instance, the groups of its delivery.
local function openShard(tag, attached)
  local leaving = '<prefix>leaving:' .. tag
  return {
    tag = tag,
    attached = attached,
    leaving = leaving,
    moves = '<prefix>moves:' .. tag,
    someLeave = redis.call('EXISTS', leaving) == 1,
    deliveries = {},
  }
end

-- useShard: serves this user shard from now on.
local function useShard(opened) shard = opened end

-- publishDeliveries: tells the instances with live users what they got in a shard.
local function publishDeliveries(served)
  for instance, groups in pairs(served.deliveries) do publishDelivery(served.tag, instance, groups) end
end

local function keyOf(id) return '<prefix>user:' .. shard.tag .. ':' .. id end

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

-- Those of some users who are members. users: their ids with commas between.
local function membersAmong(members, users)
  local ids = {}
  for id in string.gmatch(users, '%d+') do
    if redis.call('ZSCORE', members, id) then ids[#ids + 1] = id end
  end
  return ids
end

-- Ids of at most `most` members after `user`, and whether there are more.
local function selectMembers(members, user, only, most)
  if only ~= '' then return membersAmong(members, only), false end
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
  local marks = redis.call('HMGET', shard.leaving, unpack(fields))
  for i, id in ipairs(ids) do
    local number, bound = parseMark(marks[i])
    local token, ended
    if number then token, ended = unpack(redis.call('HMGET', keyOf(id), 'token', 'ended')) end
    if number and (not token or ended) then
      leavers[#leavers + 1] = {id = id, bound = '0-0'}
    elseif not number or bound == '' then
      staying[#staying + 1] = id
    elseif redis.call('SISMEMBER', keyOf(id) .. ':rooms', room) == 1 then
      redis.call('HDEL', shard.leaving, fields[i])
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
  pushEvents(keyOf(id), texts, bytes, limits.eventsMax, holder and limits.bytesMax or limits.neverPolledBytesMax)
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
    shard.deliveries[instance] = shard.deliveries[instance] or {}
    table.insert(shard.deliveries[instance], deliveryGroup(texts, last, users, digest))
  end
end

local function pushToMembers(ids, texts, bytes, last)
  local live = {}
  local holders = #ids > 0 and redis.call('HMGET', shard.attached, unpack(ids)) or {}
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
    pushTo(leaver.id, owed, bytes, redis.call('HGET', shard.attached, leaver.id), live)
    addToDeliveries(live, owed, last)
  end
  if above(leaver.bound, through) then return end
  redis.call('ZREM', members, leaver.id)
  redis.call('HDEL', shard.leaving, leavingField(leaver.id, room))
  if leaver.number then redis.call('ZREM', shard.moves, moveText(leaver.id, leaver.number, room)) end
end

-- How many members get so many events now: a large room leaves the others their share, and each room gets on by one
-- member at least. Returns the cost of a member in pushes, too: ten more events cost as much as a member more.
local function membersNow(count, bytes, roomsLeft)
  local cost = 0.9 + count / 10
  local share = math.ceil(limits.pushes / roomsLeft)
  return math.max(1, math.floor(math.min(share / cost, limits.copies / roomsLeft / bytes))), cost
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
  limits.pushes, limits.copies = limits.pushes - #ids * cost, limits.copies - #ids * bytes
  local lastUser, leavers = ids[#ids], {}
  if cluster and #ids > 0 then requireInboxes(ids) end
  local room = shard.someLeave and string.sub(members, #'<prefix>members::' + #shard.tag + 1)
  if shard.someLeave and #ids > 0 then ids, leavers = splitLeavers(ids, room) end
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
