-- postpone: lets a message wait for `delay` ms, and behind all messages that wait already. Users with a role see it
-- at once. keys: {log, delivered, dirty, rules}. most: how many may wait. only: the only user who may see it, or nil.
-- Returns {'flood', ms to wait} if too many wait; or nil, the id under which it waits, and when it is due (ms).
local function postpone(keys, room, text, only, delay, most)
  local list, rooms = delayedKeys(keys)
  local at = now()
  local function dueOf(place)
    return tonumber(string.match(redis.call('LINDEX', list, place) or '', '^%S+ (%d+)') or 0)
  end
  if redis.call('LLEN', list) >= tonumber(most) then return {'flood', math.max(1, dueOf(0) - at)} end
  local due = string.format('%d', math.max(at + delay, dueOf(-1)))
  local id = string.format('%d', at) .. '-' .. redis.call('HINCRBY', keys.rules, 'holds', 1)
  redis.call('RPUSH', list, id .. ' ' .. due .. ' ' .. (only or '-') .. ' ' .. text)
  redis.call('ZADD', rooms, 'NX', due, room)
  local rest = string.sub(text, #'{"type":"message",' + 1, -2)
  local event = '{"type":"delayed",' .. rest .. ',"held":"' .. id .. '","until":' .. due .. '}'
  if not only then tellRoles(keys, room, event) end
  return nil, id, due
end
