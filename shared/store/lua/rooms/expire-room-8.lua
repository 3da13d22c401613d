-- with clock, above, overlay, forget-trimmed, note-cut, expire-room
-- expire-room: says again when the keys of a room expire, if it is empty. With `ends` its stay ends.
-- KEYS
--   roster, log, delivered, rules, values, ownValues, presence, holders
-- ARGV
--   roomTtl: ms that an empty room is kept that does not stay
--   ends: '1' to end its stay, else ''
-- Returns 1 when it stays, else 0.
-- Bound: 5,000 events, 500 of them for all members, or a quarter of a MB.
local roster, log, delivered, rules, values, ownValues, presence, holders = unpack(KEYS)
local roomTtl, ends = unpack(ARGV)
if ends ~= '' then redis.call('HDEL', rules, 'stay') end
if redis.call('EXISTS', roster) == 0 then
  local keys = {
    log = log,
    delivered = delivered,
    rules = rules,
    values = values,
    ownValues = ownValues,
    presence = presence,
    holders = holders,
  }
  expireEmptyRoom(keys, roomTtl)
end
local stay = redis.call('HGET', rules, 'stay')
return (tonumber(stay) or 0) > now() and 1 or 0
