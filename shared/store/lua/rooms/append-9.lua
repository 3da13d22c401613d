-- with clock, log, may-speak, may-write, rate, room-rate
-- append: accepts a message into a room's log, or among those that wait for approval.
-- KEYS
--   log, roster, delivered, dirty
--   nonce: used only with a TTL
--   rules
--   slow: exists while slow mode makes the user wait
--   sends: the rate of the room's messages
--   pending
-- ARGV
--   id: of the sender
--   text: the event without its log id
--   room
--   membersMin: members that the room must have
--   nonceTtl: ms, 0 for no nonce
--   undeliveredMax: undelivered events at which the log takes no more
--   ownerHash: SHA-256 of the owner's token, '' for none. No rule binds the owner, nor a user with a role
--   roomSends: messages that the room takes in a window, 0 for any number
--   window: ms
--   cost: as how many messages this one counts
--   filterHash: hash of the filter that was applied, '' for none
--   verdict: of that filter: 'links' (refuse it), 'hold' (it waits for approval) or ''
--   maskedText: the event as the filter has masked it, '' for `text`
--   heldEvent: text of the `held` event for each user with a role
--   pendingMax: the most messages that wait for approval
--   tokenHash: SHA-256 of the sender's token, kept with the nonce for a sender that asks again when it has ended
-- Returns {'ok', id}, {'held', id}, {'duplicate', id}, {'duplicate', id, 'held'}, {'not_in_room'}, {'full'}, {'off'},
-- {'read_only'}, {'closed'}, {'muted', ms}, {'slow', ms}, {'flood', ms}, {'links'} or {'filter', hash and rules of the
-- filter to apply instead}.
-- Bound: one event and the filter. When a message is the first to wait, also the names of the rules' fields (500) and a
-- short event for each role (100).
local log, roster, delivered, dirty, nonce, rules, slow, sends, pending = unpack(KEYS)
local id, text, room, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost, filterHash, verdict,
  maskedText, heldEvent, pendingMax, tokenHash = unpack(ARGV)
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, id) == 0 or members < tonumber(membersMin) then return {'not_in_room'} end
local known = nonceTtl ~= '0' and redis.call('GET', nonce)
if known then return {'duplicate', string.match(known, '^[%d-]+'), string.match(known, '^%S+ (held)')} end
local appended, through = unpack(redis.call('HMGET', delivered, 'appended', 'through'))
if (appended or 0) - (through or 0) >= tonumber(undeliveredMax) then return {'full'} end

local write = {id = id, ownerHash = ownerHash, filterHash = filterHash, verdict = verdict}
local denied, free, only, pause = mayWrite(rules, slow, write)
if denied then return denied end
if not free then
  -- a message that nobody hears takes nothing from the others
  local flood = not only and takeRoomRate(sends, roomSends, tonumber(window), cost, #text, members)
  if flood then return flood end
  if pause then redis.call('SET', slow, 1, 'PX', pause) end
  if maskedText ~= '' then text = maskedText end
end
if not free and verdict == 'hold' then
  local held = string.format('%d', now()) .. '-' .. redis.call('HINCRBY', rules, 'holds', 1)
  if nonceTtl ~= '0' then redis.call('SET', nonce, held .. ' held ' .. tokenHash, 'PX', nonceTtl) end
  if only then return {'held', held} end -- of a user that is muted without being told, nobody need hear
  local waiting = redis.call('RPUSH', pending, held .. ' ' .. text)
  redis.call('LTRIM', pending, -pendingMax, -1)
  for _, field in ipairs(waiting == 1 and redis.call('HKEYS', rules) or {}) do
    local moderator = string.match(field, '^role:(%d+)$')
    if moderator then appendEvent(log, delivered, dirty, room, heldEvent, moderator) end
  end
  return {'held', held}
end
local accepted = appendEvent(log, delivered, dirty, room, text, only)
if nonceTtl ~= '0' then redis.call('SET', nonce, accepted .. ' ' .. tokenHash, 'PX', nonceTtl) end
return {'ok', accepted}
