-- roleOf: 'owner', 'moderator' or false. Who has the owner's token has the role from then on, as a member.
local function roleOf(rules, roster, user, owner)
  if owner == '' or redis.call('HGET', rules, 'owner') ~= owner then return redis.call('HGET', rules, 'role:' .. user) end
  if redis.call('HEXISTS', roster, user) == 1 then giveRole(rules, user) end
  return 'owner'
end
-- refuseAct: why a user may not do this to a target ('' for nobody), nil if it may. `least`: the role that it takes.
local function refuseAct(rules, roster, user, owner, least, target)
  local role = roleOf(rules, roster, user, owner)
  if not role or least == 'owner' and role ~= 'owner' then return 'not_owner' end
  if target ~= '' and role ~= 'owner' and redis.call('HEXISTS', rules, 'role:' .. target) == 1 then return 'role' end
end
-- note: writes an act down, after a hundred older ones at most.
local function note(rules, time, line)
  local lines = {}
  for former in string.gmatch(redis.call('HGET', rules, 'audit') or '', '[^\n]+') do lines[#lines + 1] = former end
  lines[#lines + 1] = '{"at":' .. string.format('%d', time) .. ',' .. string.sub(line, 2)
  redis.call('HSET', rules, 'audit', table.concat(lines, '\n', math.max(1, #lines - 99)))
end
