-- mayWrite: whether a user may write into a room, as a message or a value. Returns why not, or nil. Then the id of the only user who
-- may hear it (one who is muted without knowing it), else nil; the pause of slow mode in ms, when it binds the user; and true when no rule binds
-- the user (owner, role).
-- keys: rules, slow. given: id, owner (hash), filter (hash), verdict ('links', 'hold' or ''), own (a value of the user itself).
local function mayWrite(keys, given, isValue)
  local r = redis.call('HMGET', keys.rules, 'owner', 'off', 'role:' .. given.id, 'readonly', 'closed', 'mute:' .. given.id, 'filter', 'slow', 'values')
  if r[2] then return {'off'} end
  if r[3] or r[1] and r[1] == given.owner then return nil, nil, nil, true end
  if r[4] then return {'read_only'} end
  if r[5] then return {'closed'} end
  if isValue and (r[9] == 'roles' or r[9] == 'own' and not given.own) then return {'values'} end
  local ends, quiet = string.match(r[6] or '', '^(%d+) ?(q?)')
  local muted = ends and ends - now() or 0
  if muted > 0 and quiet == '' then return {'muted', muted} end
  if string.match(r[7] or '', '^%x*') ~= given.filter then return {'filter', r[7] or ''} end
  if given.verdict == 'links' then return {'links'} end
  local wait = r[8] and redis.call('PTTL', keys.slow) or 0
  if wait > 0 then return {'slow', wait} end
  return nil, muted > 0 and given.id or nil, r[8]
end
