-- giveRole: gives a member a role, unless too many have one already: a hundred for owners, moderatorsMax for
-- moderators. A user with the owner's token may do all that an owner may, even without the role. `keyed:<id>` marks the
-- role of a moderator that has it by a key. Returns whether the member has a role now.
local moderatorsMax = 20 -- MODERATORS_MAX in limits.ts
local function giveRole(rules, user, role)
  local field, roles = 'role:' .. user, 0
  local former = redis.call('HGET', rules, field)
  if former == 'owner' or former == role then return true end
  if not former then
    for _, other in ipairs(redis.call('HKEYS', rules)) do
      if string.sub(other, 1, 5) == 'role:' then roles = roles + 1 end
    end
  end
  if roles >= (role == 'owner' and 100 or moderatorsMax) then return false end
  redis.call('HSET', rules, field, role)
  if role == 'owner' then
    redis.call('HDEL', rules, 'keyed:' .. user)
  else
    redis.call('HSET', rules, 'keyed:' .. user, 1)
  end
  return true
end
