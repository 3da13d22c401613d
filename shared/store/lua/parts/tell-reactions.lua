-- reactedEvent: the text of the event that tells of all reactions of a message.
local function reactedEvent(room, id, state)
  return '{"type":"reacted","room":"' .. room .. '","from":' .. state.from .. ',"reacted":"' .. id .. '","reactions":'
    .. reactionsJson(state) .. '}'
end
-- tellReactions: appends this event, if it is time. keys: {log, delivered, dirty}. limits: {members, undeliveredMax,
-- roomEvents, window}. only: the only users who see the message, or nil. Returns for how many ms the event has to wait,
-- or nil when it is there.
local function tellReactions(keys, room, id, state, limits, only)
  local at = now()
  local past = math.max(0, at - state.last)
  local heat = math.max(0, state.heat - math.floor(past / coolMs))
  local pause = heat == 0 and 0 or math.min(coolMs, 1000 * 1.5 ^ (heat - 1))
  if past < pause then return math.ceil(pause - past) end
  local appended, through = unpack(redis.call('HMGET', keys.delivered, 'appended', 'through'))
  if (appended or 0) - (through or 0) >= tonumber(limits.undeliveredMax) then return 1000 end
  local event = reactedEvent(room, id, state)
  local rate = overlayKey(keys.log, 'reacts')
  local flood = takeRoomRate(rate, limits.roomEvents, tonumber(limits.window), 1, #event, limits.members)
  if flood then return flood[2] end
  appendEvent(keys.log, keys.delivered, keys.dirty, room, event, only)
  state.last, state.heat, state.changed = at, heat + 1, false
end
-- settleReactions: writes the reactions of a message. If they have changed, it tells the room, or notes when to. When
-- all have been taken back, the heat stays until it has cooled down. former: their text until now. Returns whether
-- there is a new event.
local function settleReactions(keys, room, id, former, state, limits, only)
  local reactions, due = overlayKey(keys.log, 'reactions'), dueKey(keys.dirty)
  local hasChanged = state.changed
  local wait = hasChanged and tellReactions(keys, room, id, state, limits, only)
  local isTold = hasChanged and not state.changed
  if #state == 0 and not state.changed then
    wait = state.heat * coolMs - math.max(0, now() - state.last)
    if wait <= 0 then state, wait = nil, nil end
  end
  keepReactions(reactions, id, former, state)
  noteOverlay(keys.log, room, id)
  if wait then
    redis.call('ZADD', due, string.format('%d', now() + wait), room .. ' ' .. id)
  else
    redis.call('ZREM', due, room .. ' ' .. id)
  end
  return isTold
end
