-- giveRole: makes a member an owner, unless a hundred users have a role in the room already. A user with the owner's
-- token may do all that an owner may, even without the role.
local function giveRole(rules, user)
  local field, roles = 'role:' .. user, 0
  if redis.call('HEXISTS', rules, field) == 0 then
    for _, other in ipairs(redis.call('HKEYS', rules)) do
      if string.sub(other, 1, 5) == 'role:' then roles = roles + 1 end
    end
  end
  if roles < 100 then redis.call('HSET', rules, field, 'owner') end
end
