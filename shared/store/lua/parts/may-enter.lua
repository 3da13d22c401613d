-- denyEntry: why a user may not enter a room: {'key'}, {'off'}, {'reserved'}, {'closed'}, {'banned', ms} or {'name'};
-- nil if it may.
-- who: id, nick (the folded nickname), addresses (hashes), ownerHash, keyHash, isGuest ('1' for a name that says so).
-- isReserved: only the operator opens this room.
-- Whoever has neither role, owner's token nor a right key hears of a room with a key only that. A key that is given for
-- any other room is wrong, too: so nobody learns by keys which rooms there are.
-- Bans go by user, nickname and address. The field `bans` has a line for each: until, id, address, nick and name, with
-- tabs between.
local function denyEntry(rules, who, isReserved)
  local row = redis.call('HMGET', rules, 'off', 'owner', 'kept', 'closed', 'bans', 'role:' .. who.id, 'memberKey',
    'moderatorKey', 'names')
  local off, owner, kept, closed, bans, role, memberKey, moderatorKey, names = unpack(row)
  local isTrusted = role or who.ownerHash ~= '' and owner == who.ownerHash
  local hasKey = who.keyHash ~= ''
  local isModerator = hasKey and moderatorKey == who.keyHash
  local isLockedOut = (memberKey or hasKey) and not isModerator and not (hasKey and memberKey == who.keyHash)
  if isLockedOut and not isTrusted then return {'key'} end
  if off then return {'off'} end
  if isTrusted then return nil end
  if isReserved and not kept then return {'reserved'} end
  if closed and not isModerator then return {'closed'} end
  local wait = 0
  for line in string.gmatch(bans or '', '[^\n]+') do
    local ends, id, address, nick = string.match(line, '^(%d+)\t(%d+)\t(%S*)\t([^\t]*)\t')
    local sameAddress = address ~= '' and (address == who.addresses[1] or address == who.addresses[2])
    if id == who.id or nick == who.nick or sameAddress then wait = math.max(wait, ends - now()) end
  end
  if wait > 0 then return {'banned', wait} end
  if names and who.isGuest == '1' then return {'name'} end
end
