-- with clock, log, value-weights, unpin, overlay, edit-of, own-message, end-reports, take-out
-- unsay: the author of a message takes it back. Whoever has seen it is told, as when a moderator removes it.
-- KEYS
--   log, roster, delivered, dirty, rules
-- ARGV
--   id: of the author
--   room
--   messageId: its log id
--   event: text of the `removed` event
--   ttl: ms for which an author may take a message back
-- Returns {'ok'}, {'not_in_room'}, {'no_such_event'}, {'foreign'} or {'late'}.
-- Bound: one message with its edits, the reports of the room (50) and the pinned message; two events.
local log, roster, delivered, dirty, rules = unpack(KEYS)
local id, room, messageId, event, ttl = unpack(ARGV)
if redis.call('HEXISTS', roster, id) == 0 then return {'not_in_room'} end
local notOwn, _, only = ownMessage(log, messageId, id, ttl)
if notOwn then return notOwn end
takeOut({log = log, delivered = delivered, dirty = dirty, rules = rules}, room, messageId)
appendEvent(log, delivered, dirty, room, event, only)
return {'ok'}
