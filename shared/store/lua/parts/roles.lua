-- giveRole: makes a member an owner, unless a hundred have a role: who has the owner's token may do all that with it alone.
local function giveRole(rules, user)
  local field, roles = 'role:' .. user, 0
  if redis.call('HEXISTS', rules, field) == 0 then
    for _, one in ipairs(redis.call('HKEYS', rules)) do if string.sub(one, 1, 5) == 'role:' then roles = roles + 1 end end
  end
  if roles < 100 then redis.call('HSET', rules, field, 'owner') end
end
