-- roleOf: 'owner', 'moderator' or false. A member that shows the owner's token has the role from then on.
local function roleOf(rules, roster, user, ownerHash)
  if ownerHash == '' or redis.call('HGET', rules, 'owner') ~= ownerHash then
    return redis.call('HGET', rules, 'role:' .. user)
  end
  if redis.call('HEXISTS', roster, user) == 1 then giveRole(rules, user, 'owner') end
  return 'owner'
end
-- denyModeration: why a user may not do something to a target ('' for nobody): 'not_owner' or 'role'; nil if it may.
-- leastRole: the role that it takes.
local function denyModeration(role, rules, leastRole, target)
  if not role or leastRole == 'owner' and role ~= 'owner' then return 'not_owner' end
  if target ~= '' and role ~= 'owner' and redis.call('HEXISTS', rules, 'role:' .. target) == 1 then return 'role' end
end
-- addAuditEntry: writes an entry into the audit log, which keeps the last hundred. entry: JSON without its time.
local function addAuditEntry(rules, at, entry)
  local lines = {}
  for former in string.gmatch(redis.call('HGET', rules, 'audit') or '', '[^\n]+') do lines[#lines + 1] = former end
  lines[#lines + 1] = '{"at":' .. string.format('%d', at) .. ',' .. string.sub(entry, 2)
  redis.call('HSET', rules, 'audit', table.concat(lines, '\n', math.max(1, #lines - 99)))
end
