-- with clock, user, attachment, notice, moves, enter-user
-- enter-user: the first step of entering a room, on the user's shard: members and the user's rooms. It begins a move.
-- A shard that has no position in the room notes the millisecond before it got a member. If a failover loses its first
-- deliveries, it is behind from there on, and no event is passed over.
-- KEYS
--   user, rooms, members, attached, position
--   moves: under way
--   leaving
-- ARGV
--   id, room
--   tokenHash: '' when another user's message brings this one in
--   roomsMax: the most rooms of the user; public and private rooms are counted apart
--   address: hash of the user's address, '' when it is not known
--   since: the number that the user's last move must have, '' for any
-- Returns {'ok', name, number of the move, what the user is owed of a former exit: a log id, '+' when that is not known
-- yet, '' for nothing}, {'unauthorized'} (or ended, or unknown), {'too_many'}, {'moved'} when its last move was
-- another, or {'blocked'} for the private room with a user that it has blocked.
-- Bound: a few fields.
local user, rooms, members, attached, position, moves, leaving = unpack(KEYS)
local id, room, tokenHash, roomsMax, address, since = unpack(ARGV)
local keys = {
  user = user,
  rooms = rooms,
  members = members,
  attached = attached,
  position = position,
  moves = moves,
  leaving = leaving,
}
return enterByUser(keys, {
  id = id,
  room = room,
  tokenHash = tokenHash,
  roomsMax = roomsMax,
  address = address,
  since = since,
})
