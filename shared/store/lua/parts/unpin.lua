-- unpin: takes the pinned message out of the values of a room, if it has this log id or is by this user (nil for none),
-- and tells the room. keys: {log, delivered, dirty}.
local function unpin(keys, room, messageId, user)
  local values = string.gsub(keys.log, 'log$', 'values')
  local weights = string.gsub(keys.dirty, 'dirty:{', 'valued:{')
  local json = string.match(redis.call('HGET', values, '@pin') or '', ' (.*)$')
  local isRead, pin = pcall(cjson.decode, json)
  if not isRead or type(pin) ~= 'table' then return end
  local author = type(pin.from) == 'table' and pin.from.id
  local isMeant = messageId and pin.id == messageId or user and author == tonumber(user)
  if not isMeant then return end
  local bytes = #'@pin' + #json
  redis.call('HDEL', values, '@pin')
  redis.call('HINCRBY', keys.delivered, 'valueBytes', -bytes)
  addWeight(weights, room, -bytes)
  local event = '{"type":"value","room":"' .. room .. '","from":{"id":0,"name":"host"},"key":"@pin","value":null}'
  local id = appendEvent(keys.log, keys.delivered, keys.dirty, room, event)
  redis.call('HSET', keys.delivered, 'valuesThrough', id)
end
