-- Messages that wait in the list `pending` or `delayed` of a room, oldest first, begin with type, room and sender.
local function senderOf(line) return string.match(line, '^[^{]*{"type":"message","room":"[^"]*","from":{"id":(%d+)') end
-- denyWaiting: {'waiting', ms until it may try again} if as many of the lines that wait are of a user as may; else nil.
local function denyWaiting(lines, id)
  local count, bytes, oldest = 0, 0, nil
  for _, line in ipairs(lines) do
    if senderOf(line) == id then count, bytes, oldest = count + 1, bytes + #line, oldest or line end
  end
  if count < 30 and bytes < 52428 then return end -- PENDING_PER_USER_MAX in limits.ts, a tenth of PENDING_BYTES
  local due = string.match(oldest, '^%S+ (%d+) ')
  return {'waiting', due and math.max(1, due - now()) or 10000} -- nobody knows when a moderator looks
end
-- isTooMuch: whether so many lines, of so many bytes, are more than may wait.
local function isTooMuch(count, bytes, most) return count > most or bytes > 524288 end -- PENDING_BYTES in limits.ts
local function bytesOf(lines)
  local bytes = 0
  for _, line in ipairs(lines) do bytes = bytes + #line end
  return bytes
end
-- makeRoom: drops lines that wait until a new one fits. It is always the oldest line of the user that has the most. So
-- a user with few keeps its own, whatever others send.
local function makeRoom(list, lines, new, most)
  local counts, sizes = {}, {}
  local function note(line, sign)
    local sender = senderOf(line) or ''
    counts[sender] = (counts[sender] or 0) + sign
    sizes[sender] = (sizes[sender] or 0) + sign * #line
  end
  for _, line in ipairs(lines) do note(line, 1) end
  note(new, 1)
  local bytes = bytesOf(lines) + #new
  while #lines > 0 and isTooMuch(#lines + 1, bytes, most) do
    local has, oldest = #lines >= most and counts or sizes, 1
    for i, line in ipairs(lines) do
      if has[senderOf(line) or ''] > has[senderOf(lines[oldest]) or ''] then oldest = i end
    end
    local dropped = table.remove(lines, oldest)
    redis.call('LREM', list, 1, dropped)
    note(dropped, -1)
    bytes = bytes - #dropped
  end
end
-- postpone: lets a message wait for `delay` ms, and behind all messages that wait already. Users with a role see it
-- at once. keys: {log, delivered, dirty, rules}. most: how many may wait. only: the only user who may see it, or nil.
-- lines: what waits. Returns {'flood', ms to wait} if too much waits; or nil, the id under which it waits, and when it
-- is due (ms).
local function postpone(keys, room, text, only, delay, most, lines)
  local list, rooms = delayedKeys(keys)
  local at = now()
  local function dueOf(place)
    return tonumber(string.match(redis.call('LINDEX', list, place) or '', '^%S+ (%d+)') or 0)
  end
  if isTooMuch(#lines + 1, bytesOf(lines) + #text + 64, most) then return {'flood', math.max(1, dueOf(0) - at)} end
  local due = string.format('%d', math.max(at + delay, dueOf(-1)))
  local id = string.format('%d', at) .. '-' .. redis.call('HINCRBY', keys.rules, 'holds', 1)
  redis.call('RPUSH', list, id .. ' ' .. due .. ' ' .. (only or '-') .. ' ' .. text)
  redis.call('ZADD', rooms, 'NX', due, room)
  local rest = string.sub(text, #'{"type":"message",' + 1, -2)
  local event = '{"type":"delayed",' .. rest .. ',"held":"' .. id .. '","until":' .. due .. '}'
  if not only then tellRoles(keys, room, event) end
  return nil, id, due
end
