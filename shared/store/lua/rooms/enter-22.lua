-- with clock, user, attachment, notice, moves, log, delay, may-enter, give-role, nicks
-- with overlay, arm-hooks, enter-user, enter-room, entered
-- enter: the three steps of entering a room in one call, for one Redis that holds all keys.
-- KEYS
--   user, rooms, members, attached, position, moves, leaving: as of `enter-user`
--   roster, shards, log, delivered, dirty, publicRooms, rules, pending, entries, exited: as of `enter-room`
--   values, ownValues, presence, holders, nicks: as of `enter-room`
-- ARGV
--   id, room, tokenHash, roomsMax, address: as of `enter-user`
--   name: of the user, as the API process knows it
--   nick, shard, event, freshHash, ownerHash, keyHash: as of `enter-room`
--   addressToday, addressYesterday, isReserved, isGuest, secretHash, origin, indexed: as of `enter-room`
-- Returns {'outdated'} if the user has another name, or {'unindexed'}: nothing was written. Else {reply of
-- `enter-user`, reply of `enter-room`, reply of `entered`}, as far as it came.
-- Bound: as the three steps.
local user, rooms, members, attached, position, moves, leaving, roster, shards, log, delivered, dirty, publicRooms,
  rules, pending, entries, exited, values, ownValues, presence, holders, nicks = unpack(KEYS)
local id, room, tokenHash, roomsMax, address, name, nick, shard, event, freshHash, ownerHash, keyHash,
  addressToday, addressYesterday, isReserved, isGuest, secretHash, origin, indexed = unpack(ARGV)
if redis.call('HGET', user, 'name') ~= name then return {'outdated'} end
local keys = {
  user = user,
  rooms = rooms,
  members = members,
  attached = attached,
  position = position,
  moves = moves,
  leaving = leaving,
  roster = roster,
  shards = shards,
  log = log,
  delivered = delivered,
  dirty = dirty,
  publicRooms = publicRooms,
  rules = rules,
  pending = pending,
  entries = entries,
  exited = exited,
  values = values,
  ownValues = ownValues,
  presence = presence,
  holders = holders,
  nicks = nicks,
}
if event ~= '' and indexed == '' and isUnindexed(keys) then return {'unindexed'} end
local asked = {
  id = id,
  room = room,
  tokenHash = tokenHash,
  roomsMax = roomsMax,
  address = address,
  name = name,
  nick = nick,
  shard = shard,
  event = event,
  freshHash = freshHash,
  ownerHash = ownerHash,
  keyHash = keyHash,
  addressToday = addressToday,
  addressYesterday = addressYesterday,
  isReserved = isReserved,
  isGuest = isGuest,
  secretHash = secretHash,
  origin = origin,
  from = '',
  since = '',
}
local begun = enterByUser(keys, asked)
if begun[1] ~= 'ok' then return {begun} end
asked.number = string.format('%d', begun[3])
local entered = enterByRoom(keys, asked)
local isIn = entered[1] == 'made' or entered[1] == 'new' or entered[1] == 'in'
if not isIn then return {begun, entered} end
return {begun, entered, confirmEntry(keys, id, room, asked.number)}
