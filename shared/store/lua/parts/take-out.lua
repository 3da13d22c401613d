-- takeOut: takes a message out of a room's log, with all that is there of it. keys: {log, delivered, dirty, rules}.
local function takeOut(keys, room, messageId)
  redis.call('XDEL', keys.log, messageId)
  forgetOverlay(keys.log, {messageId})
  endReports(keys.rules, messageId)
  unpin(keys, room, messageId)
end
