-- block: puts a user on the list of those whose private messages another user refuses, or takes it off. The list is a
-- field of the user's hash, so that it ends with the user.
-- KEYS  1 the user that refuses
-- ARGV  1 id of the other  2 '1' to block, '' to unblock  3 most users on the list
-- Gives {'ok', ids with a space before and behind each, oldest first}, {'too_many'}, or {'gone'} for a user that has ended.
-- Bound: a list of ARGV 3 ids.
local user, id = KEYS[1], ARGV[1]
local h = redis.call('HMGET', user, 'token', 'ended', 'blocks')
if not h[1] or h[2] then return {'gone'} end
local ids, known = {}, false
for one in string.gmatch(h[3] or '', '%d+') do
  if one ~= id then ids[#ids + 1] = one else known = true end
end
if ARGV[2] == '1' then
  if known then return {'ok', h[3]} end
  if #ids >= tonumber(ARGV[3]) then return {'too_many'} end
  ids[#ids + 1] = id
end
local blocks = #ids > 0 and ' ' .. table.concat(ids, ' ') .. ' ' or ''
if blocks == '' then redis.call('HDEL', user, 'blocks') else redis.call('HSET', user, 'blocks', blocks) end
return {'ok', blocks}
