-- with clock, log, may-speak, slow-mode, may-write, rate, room-rate, delay, waiting, append, may-enter, nicks, above
-- with overlay, forget-trimmed, note-cut, expire-room, arm-hooks
-- post: accepts a message of somebody who is not in the room: a stranger who might enter it, or an incoming webhook.
-- A room that nobody has entered yet is made. The first user to enter it owns it.
-- KEYS
--   log, roster, delivered, dirty
--   nonceKey: used only with a TTL
--   rules
--   slow: exists while slow mode makes the sender wait
--   sends: the rate of the room's messages
--   pending
--   rate: of the sender
--   posters: senders that were not in the room, by when they last posted
--   values, ownValues, presence, holders
-- ARGV
--   id: of the sender
--   text, room, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost: as of `append`
--   filterHash, verdict, maskedText, heldEvent, pendingMax, tokenHash: as of `append`
--   hookHash: SHA-256 of the secret of a webhook, '' for a stranger
--   name, nick
--   addressToday, addressYesterday, keyHash, isReserved, isGuest, secretHash, from: as of `admit`
--   mayMake: '1' if the room may be made, else ''
--   rateCost: ms of the sender's rate that this message takes
--   burst: ms of the rate that may be taken at once
--   postersMax: how many are kept
--   posterTtl: ms that they are kept
--   roomTtl: ms that an empty room is kept that does not stay
-- Returns {'no_hook'}, what `admit` returns, {'new'} (the room has to be made), {'rate', ms to wait}, or what `append`
-- returns.
-- Bound: as `append` and `admit`, and one of the senders that are kept; in an empty room that stays, as `expire-room`;
-- in one that this makes anew, the names of the rules' fields (600).
local log, roster, delivered, dirty, nonceKey, rules, slow, sends, pending, rate, posters, values, ownValues, presence,
  holders = unpack(KEYS)
local id, text, room, membersMin, nonceTtl, undeliveredMax, ownerHash, roomSends, window, cost, filterHash, verdict,
  maskedText, heldEvent, pendingMax, tokenHash, hookHash, name, nick, addressToday, addressYesterday, keyHash,
  isReserved, isGuest, secretHash, from, mayMake, rateCost, burst, postersMax, posterTtl, roomTtl = unpack(ARGV)

local function denyStranger()
  local who = {
    id = id,
    nick = nick,
    addresses = {addressToday, addressYesterday},
    ownerHash = ownerHash,
    keyHash = keyHash,
    isGuest = isGuest,
    secretHash = secretHash,
  }
  local denied = denyEntry(rules, who, isReserved == '1')
  if denied then return denied end
  denied = denyNick({roster = roster, holders = holders}, who, from)
  return denied and denied[1] == 'taken' and denied or nil -- the member with the same secret is the sender
end

local function denyHook()
  local hook = redis.call('HGET', rules, 'hook:' .. id)
  if not hook or string.match(hook, '^%S+') ~= hookHash then return {'no_hook'} end
  if redis.call('HEXISTS', rules, 'off') == 1 then return {'off'} end
end

-- An empty room expires a while after the last message, as after the last user.
local function expireIfEmpty()
  if redis.call('EXISTS', roster) == 1 then return end
  redis.call('PEXPIRE', pending, roomTtl)
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
  if redis.call('PTTL', log) == -1 then redis.call('PEXPIRE', log, math.max(1, redis.call('PTTL', delivered))) end
end

local denied
if hookHash == '' then denied = denyStranger() else denied = denyHook() end
if denied then return denied end
local isNew = redis.call('EXISTS', delivered) == 0
if isNew and mayMake == '' then return {'new'} end
local at = now()
local wait, arrival = takeRate(redis.call('GET', rate), at, tonumber(rateCost), tonumber(burst))
if wait then return {'rate', math.ceil(wait)} end
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
local accepted = append(keys, {
  isPosted = true,
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
if accepted[1] == 'filter' then return accepted end
if arrival > at then redis.call('SET', rate, string.format('%.3f', arrival), 'PX', math.ceil(arrival - at)) end
if accepted[1] ~= 'ok' and accepted[1] ~= 'held' then return accepted end
if hookHash == '' then
  redis.call('ZADD', posters, at, id .. ' ' .. addressToday .. ' ' .. name)
  redis.call('ZREMRANGEBYRANK', posters, 0, -1 - postersMax)
  local isEmpty = redis.call('EXISTS', roster) == 0 -- then nobody is there who could ban one
  redis.call('PEXPIRE', posters, isEmpty and math.min(posterTtl, roomTtl) or posterTtl)
end
if isNew then -- also for a message that waits: without `delivered`, the next entry or look would drop it
  redis.call('HSET', delivered, 'unclaimed', 1)
  armHooks(dirty, delivered, rules, room)
end
expireIfEmpty()
return accepted
