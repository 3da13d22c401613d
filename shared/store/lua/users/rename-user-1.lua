-- with clock, user
-- rename-user: one step of a rename in the user's hash. Only one rename of a user is under way at a time. The same
-- rename may come again (a retry after a crash), and one that died gives way.
-- KEYS
--   user
-- ARGV
--   step: 'begin', 'take' or 'done'
--   nick: the folded name that the user wants
--   name: for 'take'
--   move: for 'take': the number of the user's last move, as 'begin' or 'take' returned it. If the user has moved
--     since, there may be a room that does not hold the name yet.
--   ends: for 'take': as 'begin' returned it
--   timeout: ms after which a rename counts as dead
-- Returns {'ok', ms until which the rooms have to hold the name, number of the last move ('' for none)}; {'moved', the
-- same two} or {'late'} for a 'take' that did nothing; {'busy'}; or {'gone'} for an ended or unknown user. A rename
-- that has used up half of its time may not take the name: the clocks of two masters may differ.
-- Bound: a few fields.
local user = unpack(KEYS)
local step, nick, name, move, ends, timeout = unpack(ARGV)
local exists, renaming, lastMove = checkUser(user, nil, 'renaming', 'move')
if not exists then return {'gone'} end
local at = now()
if step == 'begin' then
  local formerEnds, wanted = string.match(renaming or '', '^(%d+) (.*)$')
  if formerEnds and tonumber(formerEnds) > at and wanted ~= nick then return {'busy'} end
  ends = string.format('%d', at + timeout)
  redis.call('HSET', user, 'renaming', ends .. ' ' .. nick)
elseif step == 'take' then
  if at > ends - timeout / 2 then return {'late'} end
  if (lastMove or '') ~= move then return {'moved', ends, lastMove} end
  redis.call('HSET', user, 'name', name, 'nick', nick)
else
  redis.call('HDEL', user, 'renaming')
end
return {'ok', ends, lastMove or ''}
