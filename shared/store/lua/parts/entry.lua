-- refuseEntry: why a user may not enter a room: {reason} or {'banned', ms}, nil if it may. Bans go by user, nickname and address.
-- `bans` has a line for each: until, id, address, nickname (folded) and name, with tabs between.
local function refuseEntry(rules, id, nick, addresses, owner, reserved)
  local r = redis.call('HMGET', rules, 'off', 'owner', 'kept', 'closed', 'bans', 'role:' .. id)
  if r[1] then return {'off'} end
  if owner ~= '' and r[2] == owner or r[6] then return nil end
  if reserved == '1' and not r[3] then return {'reserved'} end
  if r[4] then return {'closed'} end
  local wait = 0
  for line in string.gmatch(r[5] or '', '[^\n]+') do
    local ends, who, address, theirs = string.match(line, '^(%d+)\t(%d+)\t(%S*)\t([^\t]*)\t')
    if who == id or theirs == nick or address ~= '' and (address == addresses[1] or address == addresses[2]) then
      wait = math.max(wait, ends - now())
    end
  end
  if wait > 0 then return {'banned', wait} end
end
