-- with clock, log, delay, may-enter, give-role, nicks, overlay, arm-hooks, enter-room
-- enter-room: the second step of entering, on the room's shard: roster, shard count and the `joined` event together. So
-- fan-out reads a batch that holds an event after `joined` with this user's shard in `shards`.
-- KEYS
--   roster, shards, log, delivered, dirty
--   publicRooms: of this shard
--   rules, pending
--   entries: by user the number of the move by which it is in the roster, so that an older exit does not undo it
--   exited: exists when the user has exited a moment ago: the number of that move
--   values, ownValues, presence
--   holders, nicks: who has which nickname in the room; not for a private room
-- ARGV
--   id, name
--   nick: the folded name
--   shard: the user's
--   room
--   event: text of `joined`, '' for a private room
--   freshHash: SHA-256 of the token that owns the room if this makes it, '' for none
--   ownerHash, keyHash: SHA-256 of the owner's token and of the key that the user has, '' for none
--   addressToday, addressYesterday: hashes of the user's address, by the salts of these days, '' for none
--   isReserved: '1' for a room that only the operator opens, else ''
--   isGuest: '1' for a user without a name of its own, else ''
--   secretHash: SHA-256 of the secret that gets the nickname back, '' for none
--   origin: of the page that makes the room, '' when it is not known
--   number: of the user's move
--   from: the record of a holder that may lose the nickname, '' for none
--   indexed: '1' to enter even if `nicks` is not complete, else ''
-- Returns {'made'} when the user has made the room, now or before this was repeated; {'new', stay} when it is new in
-- the room; {'in', stay} when it was in already; {'late'} when it has exited since its move began; or why not: {'key'},
-- {'off'}, {'reserved'}, {'closed'}, {'banned', ms}, {'name'}, {'taken', record of the nickname's holder if it may have
-- lost it, else ''}, {'own', id of a member that has the nickname by the same secret}; {'unindexed'} if `nicks` is not
-- complete, and nothing was written. stay: for a user with the owner's token the field `stay` of the rules, '' when
-- there is none; else false.
-- Bound: 200 bans (50 KB); the names of the rules' fields (600) for a user with the owner's token, and in a room that
-- the host keeps and this makes anew; one event.
local roster, shards, log, delivered, dirty, publicRooms, rules, pending, entries, exited, values, ownValues, presence,
  holders, nicks = unpack(KEYS)
local id, name, nick, shard, room, event, freshHash, ownerHash, keyHash, addressToday, addressYesterday, isReserved,
  isGuest, secretHash, origin, number, from, indexed = unpack(ARGV)
local keys = {
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
return enterByRoom(keys, {
  id = id,
  name = name,
  nick = nick,
  shard = shard,
  room = room,
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
  number = number,
  from = from,
})
