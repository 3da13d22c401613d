-- rename-user: one step of a rename in the user's hash. `spare` is a second nickname the user may hold at the moment: first
-- the one it wants, then, when that is its own, the one it gives up; so whoever ends the user knows both. Only one rename of
-- a user is under way at a time, unless it is the same again (a retry after a crash); one that died gives way after a while.
-- KEYS  1 user
-- ARGV  1 'begin', 'want', 'take' or 'done'  2 folded name wanted  3 name (for 'take')  4 ms after which a rename counts as dead
-- Gives {'ok', nick, spare} as they were ('' for none), {'busy'}, or {'gone'} for an ended or unknown user.
-- Bound: a few fields.
local step, user = ARGV[1], KEYS[1]
local h = redis.call('HMGET', user, 'token', 'ended', 'nick', 'spare', 'renaming')
if not h[1] or h[2] then return {'gone'} end
if step == 'begin' then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local ends, wanted = string.match(h[5] or '', '^(%d+) (.*)$')
  if ends and tonumber(ends) > now and wanted ~= ARGV[2] then return {'busy'} end
  redis.call('HSET', user, 'renaming', string.format('%d', now + tonumber(ARGV[4])) .. ' ' .. ARGV[2])
elseif step == 'want' then
  redis.call('HSET', user, 'spare', ARGV[2])
elseif step == 'take' then
  redis.call('HSET', user, 'name', ARGV[3], 'nick', ARGV[2], 'spare', h[3])
else
  redis.call('HDEL', user, 'renaming')
end
return {'ok', h[3] or '', h[4] or ''}
