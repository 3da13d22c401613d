-- with clock, give-role, moderation
-- set-hook-out: the owner adds an outgoing hook, removes it, or lets it go on after it has ended. A hook that begins
-- sends what is said from now on. `rules` has its definition (`out:<id>`), how far it is (`outAt:<id>`: a log id, the
-- number of that event, and how many events the log had lost by then) and its state (`outState:<id>`).
-- KEYS
--   rules, roster, log, delivered
--   hooks: of the shard, by the time when each is looked at next
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   auditEntry: JSON without its time
--   action: 'add', 'remove' or 'resume'
--   id: of the hook
--   definition: of a new hook, JSON, else ''
--   hooksMax: how many a room may have
-- Returns 'ok', 'not_owner', 'too_many' or 'no_such_hook'.
-- Bound: the names of the rules' fields (600), 100 audit entries and one event.
local rules, roster, log, delivered, hooks = unpack(KEYS)
local user, ownerHash, room, auditEntry, action, id, definition, hooksMax = unpack(ARGV)
local at = now()

local function countHooks()
  local count = 0
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    if string.sub(field, 1, 4) == 'out:' then count = count + 1 end
  end
  return count
end

local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, 'owner', '')
if denied then return denied end
local isThere = redis.call('HEXISTS', rules, 'out:' .. id) == 1
if action == 'add' then
  if countHooks() >= tonumber(hooksMax) then return 'too_many' end
  redis.call('HSET', rules, 'out:' .. id, definition)
elseif not isThere then
  return 'no_such_hook'
end
if action == 'remove' then
  redis.call('HDEL', rules, 'out:' .. id, 'outAt:' .. id, 'outState:' .. id)
  redis.call('ZREM', hooks, room .. ' ' .. id)
  if countHooks() == 0 then redis.call('HDEL', delivered, 'hooks') end
else
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  local appended, cut = unpack(redis.call('HMGET', delivered, 'appended', 'cut'))
  local position = (last and last[1] or '0-0') .. ' ' .. (appended or 0) .. ' ' .. (cut or 0)
  redis.call('HSET', rules, 'outAt:' .. id, position)
  redis.call('HDEL', rules, 'outState:' .. id)
  redis.call('ZADD', hooks, string.format('%d', at), room .. ' ' .. id)
end
addAuditEntry(rules, at, auditEntry)
return 'ok'
