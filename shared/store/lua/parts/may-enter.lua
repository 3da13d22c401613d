-- denyEntry: why a user may not enter a room: {'off'}, {'reserved'}, {'closed'} or {'banned', ms}; nil if it may.
-- who: id, nick (the folded nickname), addresses (hashes), ownerHash. isReserved: only the operator opens this room.
-- Bans go by user, nickname and address. The field `bans` has a line for each: until, id, address, nick and name, with
-- tabs between.
local function denyEntry(rules, who, isReserved)
  local row = redis.call('HMGET', rules, 'off', 'owner', 'kept', 'closed', 'bans', 'role:' .. who.id)
  local off, owner, kept, closed, bans, role = unpack(row)
  if off then return {'off'} end
  if role or who.ownerHash ~= '' and owner == who.ownerHash then return nil end
  if isReserved and not kept then return {'reserved'} end
  if closed then return {'closed'} end
  local wait = 0
  for line in string.gmatch(bans or '', '[^\n]+') do
    local ends, id, address, nick = string.match(line, '^(%d+)\t(%d+)\t(%S*)\t([^\t]*)\t')
    local sameAddress = address ~= '' and (address == who.addresses[1] or address == who.addresses[2])
    if id == who.id or nick == who.nick or sameAddress then wait = math.max(wait, ends - now()) end
  end
  if wait > 0 then return {'banned', wait} end
end
