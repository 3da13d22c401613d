-- dropRemains: removes what a former room of this name may have left. Messages with a delay do not expire with a room.
local function dropRemains(keys)
  local delayed = delayedKeys(keys)
  redis.call('UNLINK', keys.log, keys.pending, delayed, keys.values, keys.ownValues, keys.presence)
  dropOverlay(keys.log)
end
-- tellRole: tells a room that a member has become a moderator by a key. event: text of its `joined`.
local function tellRole(keys, room, event)
  local rest = string.sub(event, #'{"type":"joined"' + 1, -2)
  local user = string.match(rest, '"from":(.*)$')
  local text = '{"type":"moderator"' .. rest .. ',"user":' .. user .. ',"on":true}'
  appendEvent(keys.log, keys.delivered, keys.dirty, room, text)
end
-- enterByRoom: the second step of entering a room, on the room's shard. See the script `enter-room`.
local function enterByRoom(keys, asked)
  local roster, log, delivered, rules, entries = keys.roster, keys.log, keys.delivered, keys.rules, keys.entries
  local id, room, event, number = asked.id, asked.room, asked.event, asked.number
  local freshHash, ownerHash = asked.freshHash, asked.ownerHash
  if redis.call('HEXISTS', roster, id) == 0 then
    if tonumber(redis.call('GET', keys.exited) or 0) >= tonumber(number) then return {'late'} end
    local addresses = {asked.addressToday, asked.addressYesterday}
    local who = {
      id = id,
      nick = asked.nick,
      addresses = addresses,
      ownerHash = ownerHash,
      keyHash = asked.keyHash,
      isGuest = asked.isGuest,
      secretHash = asked.secretHash,
    }
    local denied = denyEntry(rules, who, asked.isReserved == '1')
    if not denied and event ~= '' then denied = denyNick(keys, who, asked.from) end
    if denied then return denied end
  end
  local owner, kept, moderatorKey, stay = unpack(redis.call('HMGET', rules, 'owner', 'kept', 'moderatorKey', 'stay'))
  local owns = ownerHash ~= '' and owner == ownerHash
  local role = owns and 'owner' or asked.keyHash ~= '' and moderatorKey == asked.keyHash and 'moderator'
  local former = redis.call('HGET', rules, 'role:' .. id)
  if role and not giveRole(rules, id, role) and not owns then role = nil end
  local visit = owns and (stay or '') -- false for everybody else
  if owns then redis.call('HSET', rules, 'visited', string.format('%d', now())) end
  local made = redis.call('EXISTS', delivered) == 0
  if tonumber(number) > tonumber(redis.call('HGET', entries, id) or 0) then redis.call('HSET', entries, id, number) end
  if redis.call('HSETNX', roster, id, asked.name) == 0 then
    if role == 'moderator' and not former and event ~= '' then tellRole(keys, room, event) end
    return freshHash ~= '' and owner == freshHash and {'made'} or {'in', visit}
  end
  redis.call('HINCRBY', keys.shards, asked.shard, 1)
  local isUnclaimed = freshHash ~= '-' and redis.call('HDEL', delivered, 'unclaimed') == 1
  if made and redis.call('HLEN', roster) == 1 then dropRemains(keys) end
  if event ~= '' then takeNick(keys, id, asked.nick, asked.secretHash, asked.addressToday) end
  local kinds = {log, delivered, rules, keys.pending, keys.values, keys.ownValues, keys.presence}
  for _, key in ipairs(overlayKeys(log)) do kinds[#kinds + 1] = key end
  for _, key in ipairs(kinds) do redis.call('PERSIST', key) end
  if event ~= '' then
    if role then event = string.sub(event, 1, -2) .. ',"role":"' .. role .. '"}' end
    tellPresence(keys, room, event, id)
    listRoom(keys.publicRooms, rules, room, redis.call('HLEN', roster))
  end
  if made and kept then armHooks(keys.dirty, delivered, rules, room) end
  if made and freshHash == '-' then redis.call('HSET', delivered, 'unclaimed', 1) end
  if (made or isUnclaimed) and freshHash ~= '' and freshHash ~= '-' and not kept then
    redis.call('DEL', rules)
    redis.call('HSET', rules, 'owner', freshHash, 'role:' .. id, 'owner', 'visited', string.format('%d', now()))
    if asked.origin ~= '' then redis.call('HSET', rules, 'origin', asked.origin) end
    return {'made'}
  end
  return {'new', visit}
end
