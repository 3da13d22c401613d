-- end: marks a user ended; everything refuses an ended user. A poll held for it is told. Safe to repeat.
-- KEYS  1 user  2 seen  3 attached
-- ARGV  1 id  2 SHA-256 of the token ('' for expiry)  3 stale if not seen since, ms ('' for leave)
--       4 '1' when what it has said goes, too: whoever ends it knows
-- Gives {'ended', name, folded name, another it may hold ('' for none), '1' when what it has said goes}, {'unauthorized'}, {'seen'} (not stale) or {'gone'}.
-- Bound: a few fields; the caller goes through the user's rooms in steps.
local user, seen, attached = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[1]
local h = redis.call('HMGET', user, 'token', 'ended', 'name', 'nick', 'spare', 'forget')
if not h[1] then
  redis.call('ZREM', seen, id)
  redis.call('HDEL', attached, id)
  return ARGV[2] == '' and {'gone'} or {'unauthorized'}
end
if ARGV[2] ~= '' and h[1] ~= ARGV[2] then return {'unauthorized'} end
if ARGV[3] ~= '' and not h[2] and tonumber(redis.call('ZSCORE', seen, id) or 0) > tonumber(ARGV[3]) then return {'seen'} end
redis.call('HSET', user, 'ended', 1)
redis.call('ZADD', seen, 'XX', 0, id) -- should this process die, the next expiry does the rest
if ARGV[4] == '1' then redis.call('HSET', user, 'forget', 1) end
local holder = redis.call('HGET', attached, id)
if holder then
  local _, process, n = string.match(holder, '(.-):(.-):(.*)')
  redis.call('PUBLISH', 'notice:' .. string.match(user, '{%w+}') .. ':' .. process, 'ended ' .. id .. ' ' .. n)
end
return {'ended', h[3], h[4], h[5] or '', ARGV[4] == '1' and '1' or h[6] or ''}
