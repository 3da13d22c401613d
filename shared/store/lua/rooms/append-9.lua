-- with clock, log, may-speak, slow-mode, may-write, rate, room-rate, delay, waiting, append
-- append: accepts a message into a room's log, or among those that wait for approval.
-- KEYS
--   log, roster, delivered, dirty
--   nonceKey: used only with a TTL
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
-- Returns {'ok', id}, {'held', id}, {'held', id, when others see it (ms)}, {'duplicate', id}, {'duplicate', id,
-- 'held'}, {'not_in_room'}, {'full'}, {'off'}, {'read_only'}, {'closed'}, {'muted', ms}, {'slow', ms}, {'flood', ms},
-- {'waiting', ms} (too many messages of the user wait), {'links'} or {'filter', hash and rules of the filter to apply
-- instead}.
-- Bound: one event and the filter. When a message waits, also all that wait (300, half a MB, once) and as much again
-- is dropped, the names of the rules' fields (500) and a short event; of a delayed message, its text twice.
local log, roster, delivered, dirty, nonceKey, rules, slow, sends, pending = unpack(KEYS)
local id, text, room, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost, filterHash, verdict,
  maskedText, heldEvent, pendingMax, tokenHash = unpack(ARGV)
local keys = {
  log = log,
  roster = roster,
  delivered = delivered,
  dirty = dirty,
  nonceKey = nonceKey,
  rules = rules,
  slow = slow,
  sends = sends,
  pending = pending,
}
local message = {
  id = id,
  text = text,
  room = room,
  membersMin = membersMin,
  nonceTtl = nonceTtl,
  undeliveredMax = undeliveredMax,
  ownerHash = ownerHash,
  roomSends = roomSends,
  window = window,
  cost = cost,
  filterHash = filterHash,
  verdict = verdict,
  maskedText = maskedText,
  heldEvent = heldEvent,
  pendingMax = pendingMax,
  tokenHash = tokenHash,
}
return append(keys, message)
