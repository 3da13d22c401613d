-- append: accepts a message into a room's log, or among those that wait for approval or for their time. See the script
-- `append`.
-- keys: {log, roster, delivered, dirty, nonceKey, rules, slow, sends, pending}. message: what the script is given; and
-- isPosted: its sender need not be a member.
local function append(keys, message)
  local log, delivered, dirty, rules, room = keys.log, keys.delivered, keys.dirty, keys.rules, message.room
  local id, text, hasNonce = message.id, message.text, message.nonceTtl ~= '0'
  local members = redis.call('HLEN', keys.roster)
  local isIn = redis.call('HEXISTS', keys.roster, id) == 1 and members >= tonumber(message.membersMin)
  if not isIn and not message.isPosted then return {'not_in_room'} end
  local known = hasNonce and redis.call('GET', keys.nonceKey)
  if known then return {'duplicate', string.match(known, '^[%d-]+'), string.match(known, '^%S+ (held)')} end
  local appended, through = unpack(redis.call('HMGET', delivered, 'appended', 'through'))
  if (appended or 0) - (through or 0) >= tonumber(message.undeliveredMax) then return {'full'} end

  local denied, free, only, pause, delay = mayWrite(rules, keys.slow, message)
  if denied then return denied end
  local most, waiting = tonumber(message.pendingMax), nil
  if not free then
    local list = message.verdict == 'hold' and keys.pending or delay and delayedKeys(keys)
    waiting = list and redis.call('LRANGE', list, 0, -1)
    local tooMany = waiting and denyWaiting(waiting, id)
    if tooMany then return tooMany end
    -- a message that nobody hears takes nothing from the others
    local flood = not only
      and takeRoomRate(keys.sends, message.roomSends, tonumber(message.window), message.cost, #text, members)
    if flood then return flood end
    beginSlowMode(keys.slow, pause)
    if message.maskedText ~= '' then text = message.maskedText end
  end
  if not free and message.verdict == 'hold' then
    local held = string.format('%d', now()) .. '-' .. redis.call('HINCRBY', rules, 'holds', 1)
    if hasNonce then redis.call('SET', keys.nonceKey, held .. ' held ' .. message.tokenHash, 'PX', message.nonceTtl) end
    if only then return {'held', held} end -- of a user that is muted without being told, nobody need hear
    local line = held .. ' ' .. text
    makeRoom(keys.pending, waiting, line, most)
    redis.call('RPUSH', keys.pending, line)
    tellRoles(keys, room, message.heldEvent)
    return {'held', held}
  end
  if not free and delay then
    local full, held, due = postpone(keys, room, text, only, delay, most, waiting)
    if full then return full end
    if hasNonce then redis.call('SET', keys.nonceKey, held .. ' held ' .. message.tokenHash, 'PX', message.nonceTtl) end
    return {'held', held, due}
  end
  local accepted = appendEvent(log, delivered, dirty, room, text, only)
  if hasNonce then redis.call('SET', keys.nonceKey, accepted .. ' ' .. message.tokenHash, 'PX', message.nonceTtl) end
  return {'ok', accepted}
end
