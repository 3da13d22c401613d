-- What waits in the list `pending` or `delayed` of a room, oldest first. Each text begins with type, room and sender.
local function senderOf(line) return string.match(line, '^[^{]*{"type":"message","room":"[^"]*","from":{"id":(%d+)') end
-- denyWaiting: {'waiting', ms until it may try again} if as many messages of a user wait as may; else nil.
local function denyWaiting(list, id)
  local count, oldest = 0, nil
  for _, line in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if senderOf(line) == id then count, oldest = count + 1, oldest or line end
  end
  if count < 30 then return end -- PENDING_PER_USER_MAX in limits.ts
  local due = string.match(oldest, '^%S+ (%d+) ')
  return {'waiting', due and math.max(1, due - now()) or 10000} -- nobody knows when a moderator looks
end
-- dropOne: drops the oldest line of the user that has the most. So a user with few keeps its own, whatever others send.
local function dropOne(list)
  local lines, counts, dropped = redis.call('LRANGE', list, 0, -1), {}, nil
  for _, line in ipairs(lines) do counts[senderOf(line)] = (counts[senderOf(line)] or 0) + 1 end
  for _, line in ipairs(lines) do
    if not dropped or counts[senderOf(line)] > counts[senderOf(dropped)] then dropped = line end
  end
  redis.call('LREM', list, 1, dropped)
end
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
