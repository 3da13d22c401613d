-- with clock, above, give-role, moderation
-- settle-hook-out: writes how far an outgoing hook is, and when it is looked at next. A hook that has sent everything
-- is armed: the next event of the room makes it due (`wake-hooks`). It is looked at from time to time even so, because
-- Redis may have lost that.
-- KEYS
--   rules, delivered
--   hooks: of the shard, by the time when each is looked at next
-- ARGV
--   room
--   id: of the hook
--   from: how far it was when this work began, as `outAt:<id>` has it
--   position: how far it is now, the same way
--   state: JSON
--   pause: ms until it is looked at next; '' when the next event makes it due; 'off' when it ends
--   idle: ms after which a hook without events is looked at
--   auditEntry: JSON without its time, '' for none
-- Returns 'ok', 'more' (there are new events already), 'gone' (there is no such hook any more) or 'outdated' (another
-- worker was faster, or the owner has changed it).
-- Bound: a few fields, five hooks and 100 audit entries.
local rules, delivered, hooks = unpack(KEYS)
local room, id, from, position, state, pause, idle, auditEntry = unpack(ARGV)
local at, member = now(), room .. ' ' .. id
local function lookAfter(ms) redis.call('ZADD', hooks, string.format('%d', at + ms), member) end

if redis.call('HEXISTS', rules, 'out:' .. id) == 0 then
  redis.call('ZREM', hooks, member)
  return 'gone'
end
if redis.call('HGET', rules, 'outAt:' .. id) ~= from then return 'outdated' end
redis.call('HSET', rules, 'outAt:' .. id, position, 'outState:' .. id, state)
if auditEntry ~= '' then addAuditEntry(rules, at, auditEntry) end
if pause == 'off' then
  redis.call('ZREM', hooks, member)
  return 'ok'
end
local reached, armed = unpack(redis.call('HMGET', delivered, 'id', 'hooks'))
local isThere = redis.call('EXISTS', delivered) == 1 -- a field would make a room that nobody can own
if isThere and not armed then redis.call('HSET', delivered, 'hooks', '') end
if pause ~= '' then
  lookAfter(tonumber(pause))
  return 'ok'
end
if reached and above(reached, string.match(position, '^%S+')) then
  lookAfter(0)
  return 'more'
end
if isThere and not string.find((armed or '') .. ' ', ' ' .. id .. ' ', 1, true) then
  redis.call('HSET', delivered, 'hooks', (armed or '') .. ' ' .. id)
end
lookAfter(tonumber(idle))
return 'ok'
