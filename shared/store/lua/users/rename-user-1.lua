-- with clock, user
-- rename-user: one step of a rename in the user's hash. `spare` is a second nickname that the user may hold: first the
-- one it wants; then, when that is its own, the one it gives up. So whoever ends the user knows both. Only one rename
-- of a user is under way at a time. The same rename may come again (a retry after a crash), and one that died gives
-- way.
-- KEYS
--   user
-- ARGV
--   step: 'begin', 'want', 'take' or 'done'
--   nick: the folded name that the user wants
--   name: for 'take'
--   timeout: ms after which a rename counts as dead
-- Returns {'ok', nick, spare} as they were ('' for none), {'busy'}, or {'gone'} for an ended or unknown user.
-- Bound: a few fields.
local user = unpack(KEYS)
local step, nick, name, timeout = unpack(ARGV)
local exists, formerNick, formerSpare, renaming = checkUser(user, nil, 'nick', 'spare', 'renaming')
if not exists then return {'gone'} end
if step == 'begin' then
  local at = now()
  local ends, wanted = string.match(renaming or '', '^(%d+) (.*)$')
  if ends and tonumber(ends) > at and wanted ~= nick then return {'busy'} end
  redis.call('HSET', user, 'renaming', string.format('%d', at + tonumber(timeout)) .. ' ' .. nick)
elseif step == 'want' then
  redis.call('HSET', user, 'spare', nick)
elseif step == 'take' then
  redis.call('HSET', user, 'name', name, 'nick', nick, 'spare', formerNick)
else
  redis.call('HDEL', user, 'renaming')
end
return {'ok', formerNick or '', formerSpare or ''}
