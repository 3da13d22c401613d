-- with user
-- block: puts a user on the list of those whose private messages another user refuses, or takes it off. The list is a
-- field of the user's hash, so that it ends with the user.
-- KEYS
--   user: the one who refuses
-- ARGV
--   other: id of the other user
--   on: '1' to block, '' to unblock
--   blocksMax: the most users on the list
-- Returns {'ok', ids with a space before and after each, oldest first}, {'too_many'}, or {'gone'} for a user that has
-- ended.
-- Bound: a list of blocksMax ids.
local user = unpack(KEYS)
local other, on, blocksMax = unpack(ARGV)
local exists, former = checkUser(user, nil, 'blocks')
if not exists then return {'gone'} end
local ids, known = {}, false
for id in string.gmatch(former or '', '%d+') do
  if id ~= other then ids[#ids + 1] = id else known = true end
end
if on == '1' then
  if known then return {'ok', former} end
  if #ids >= tonumber(blocksMax) then return {'too_many'} end
  ids[#ids + 1] = other
end
local blocks = #ids > 0 and ' ' .. table.concat(ids, ' ') .. ' ' or ''
if blocks == '' then redis.call('HDEL', user, 'blocks') else redis.call('HSET', user, 'blocks', blocks) end
return {'ok', blocks}
