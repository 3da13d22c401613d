-- with clock, user, rate, authorize, log, may-speak, slow-mode, may-write, room-rate, delay, waiting, append, window
-- send: authorize and append in one call, for one Redis that holds all keys, and the call that wakes a worker. The part
-- `append` looks for the nonce, so a message that is sent again is not accepted twice.
-- KEYS
--   user, userRooms, seen
--   log, roster, delivered, dirty
--   nonceKey: used only with a TTL
--   rules
--   slow: exists while slow mode makes the user wait
--   sends: the rate of the room's messages
--   pending
--   addressWindow, networkWindow: the counts of the sends of the sender's address and network, used only with a max
-- ARGV
--   id, tokenHash
--   name: of the user, as the API process knows it
--   room: of the message
--   isOnly: 1 if the user has not named the room, so that it must be its only public one
--   wakeChannel: where the worker listens that has the lease of the room's slice
--   rateCost: ms of the user's rate that this call takes
--   burst: ms of the rate that may be taken at once
--   textHash, nonce, repeatedCost, repeatedWithin: as of `authorize`
--   text, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost: as of `append`
--   filterHash, verdict, maskedText, heldEvent, pendingMax: as of `append`
--   addressMax, networkMax: what these windows may count, 0 for any number
--   addressMs: how long they are
--   addressCost: as how many sends this one counts
-- Returns {'outdated'} if name or room are not what is given: nothing was charged or written. Else {'limited', 0 or 1
-- for the address or the network, ms to wait}. Else the reply of `authorize` if that is not 'ok'. Else {reply of
-- `append`, how many workers were told}. A message that must pass another filter first is not charged to its user.
-- Bound: as authorize and append.
local user, userRooms, seen, log, roster, delivered, dirty, nonceKey, rules, slow, sends, pending, addressWindow,
  networkWindow = unpack(KEYS)
local id, tokenHash, name, room, isOnly, wakeChannel, rateCost, burst, textHash, nonce, repeatedCost, repeatedWithin,
  text, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost, filterHash, verdict, maskedText,
  heldEvent, pendingMax, addressMax, networkMax, addressMs, addressCost = unpack(ARGV)
local reply, charge = authorize(user, userRooms, seen, {
  id = id,
  tokenHash = tokenHash,
  room = isOnly == '1' and '' or room,
  rateField = 'rate',
  cost = rateCost,
  burst = burst,
  textHash = textHash,
  nonce = nonce,
  repeatedCost = repeatedCost,
  repeatedWithin = repeatedWithin,
})
if reply[1] == 'which_room' or reply[1] == 'ok' and (reply[2] ~= name or reply[3] ~= room) then return {'outdated'} end
for index, counted in ipairs({{addressWindow, addressMax}, {networkWindow, networkMax}}) do
  local wait = counted[2] ~= '0' and takeWindow(counted[1], counted[2], addressMs, addressCost)
  if wait then return {'limited', index - 1, wait} end
end
if reply[1] ~= 'ok' then return reply end
local keys = {
  log = log,
  roster = roster,
  delivered = delivered,
  dirty = dirty,
  rules = rules,
  slow = slow,
  sends = sends,
  pending = pending,
  nonceKey = nonceKey,
}
local accepted = append(keys, {
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
})
if charge and accepted[1] ~= 'filter' then redis.call('HSET', user, unpack(charge)) end
local isAccepted = accepted[1] == 'ok' or accepted[1] == 'held' or accepted[1] == 'duplicate'
return {accepted, isAccepted and redis.call('PUBLISH', wakeChannel, room) or 0}
