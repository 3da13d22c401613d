-- with clock, user, rate
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
local valid, name, rate, said, public, only =
  checkUser(user, tokenHash, 'name', rateField, 'said', 'public', 'only')
if not valid then return {'unauthorized'} end
if room == '' then
  if public ~= '1' or not only or redis.call('SISMEMBER', rooms, only) == 0 then
    return {'which_room', tonumber(public or 0)}
  end
  room = only
elseif room ~= '*' then
  if redis.call('SISMEMBER', rooms, room) == 0 then return {'not_in_room'} end
  if public == '1' and only ~= room and not string.find(room, ':', 1, true) then
    redis.call('HSET', user, 'only', room)
  end
end
local at = now()
redis.call('ZADD', seen, at, id)
cost = tonumber(cost)
if cost == 0 then return {'ok', name, room} end
if textHash ~= '' then
  local former, formerAt, formerNonce = string.match(said or '', '^(%d+) (%d+) (%S*)$')
  local isRepeated = former == textHash and at - formerAt < tonumber(repeatedWithin)
  if isRepeated and (formerNonce == '' or formerNonce ~= nonce) then cost = tonumber(repeatedCost) end
end
local wait, arrival = takeRate(rate, at, cost, tonumber(burst))
if wait then return {'rate_limited', wait} end
if textHash == '' then
  redis.call('HSET', user, rateField, arrival)
else
  redis.call('HSET', user, rateField, arrival, 'said', textHash .. ' ' .. string.format('%d', at) .. ' ' .. nonce)
end
return {'ok', name, room}
