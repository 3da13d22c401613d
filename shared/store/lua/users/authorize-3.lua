-- with clock, user, rate, authorize
-- authorize: checks a user's token and, where asked, its membership and rate. Notes that the user was seen.
-- KEYS
--   user, rooms, seen
-- ARGV
--   id, tokenHash
--   room: its name; '' for the user's only public room; '*' when none is needed
--   rateField: the field of the user's hash that keeps the rate: 'rate' or 'signals'
--   cost: ms of the rate that this call takes, 0 for none
--   burst: ms of the rate that may be taken at once
--   textHash: hash of the text that the user wants to say, '' for none
--   nonce: the nonce of that text, '' for none
--   repeatedCost: the cost instead when the user said the same text before, with another nonce or none
--   repeatedWithin: ms for which a text counts as said before
-- Returns {'ok', name, room}, {'unauthorized'}, {'not_in_room'}, {'which_room', count of public rooms} or
-- {'rate_limited', ms to wait}. At a count of 1 the caller finds the room and names it.
-- Bound: a few fields. The only public room is kept in the user's hash (`only`), because a user may be in thousands of
-- private rooms.
local user, rooms, seen = unpack(KEYS)
local id, tokenHash, room, rateField, cost, burst, textHash, nonce, repeatedCost, repeatedWithin = unpack(ARGV)
local reply, charge = authorize(user, rooms, seen, {
  id = id,
  tokenHash = tokenHash,
  room = room,
  rateField = rateField,
  cost = cost,
  burst = burst,
  textHash = textHash,
  nonce = nonce,
  repeatedCost = repeatedCost,
  repeatedWithin = repeatedWithin,
})
if charge then redis.call('HSET', user, unpack(charge)) end
return reply
