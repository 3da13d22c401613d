-- with clock, log, may-speak, nicks
-- rename-member: a member's new name in a room's roster, and the `renamed` event. A muted user says nothing by a name
-- either: only the user itself gets the event.
-- KEYS
--   roster, log, delivered, dirty, rules
--   holders, nicks: who has which nickname in the room
-- ARGV
--   id
--   was: the name that the roster must have
--   name
--   nick: the folded name
--   room
--   event: text of `renamed`, '' for a private room
-- Returns 'ok', 'other' if the roster has another name than `was`, or 'taken' if another member has the new one.
-- Bound: a few fields and one event; with `hold: all` the names of the rules' fields (500) and an event for all roles.
local roster, log, delivered, dirty, rules, holders, nicks = unpack(KEYS)
local id, was, name, nick, room, event = unpack(ARGV)
local keys = {roster = roster, holders = holders, nicks = nicks}
if redis.call('HGET', roster, id) ~= was then return 'other' end
if event ~= '' then
  if denyNick(keys, {id = id, nick = nick, secretHash = secretOf(keys, id)}, '') then return 'taken' end
  takeNick(keys, id, nick, '')
end
redis.call('HSET', roster, id, name)
if event == '' then return 'ok' end
local role, mute = unpack(redis.call('HMGET', rules, 'role:' .. id, 'mute:' .. id))
local isMuted = not role and muteLeft(mute) > 0
if isMuted then
  appendEvent(log, delivered, dirty, room, event, id)
else
  tellPresence({log = log, delivered = delivered, dirty = dirty, rules = rules}, room, event, id)
end
return 'ok'
