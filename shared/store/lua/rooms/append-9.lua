-- with log, clock, may-write, room-rate
-- append: accepts a message into a room's log.
-- KEYS  1 log  2 roster  3 delivered  4 dirty  5 nonce (used only with a TTL)  6 rules
--       7 there while the user has to wait by the room's slow mode  8 when the room's messages will have been all that it takes by then  9 messages that wait for approval
-- ARGV  1 user id  2 event text without its id  3 room  4 members the room must have  5 nonce TTL in ms, 0: no nonce
--       6 undelivered events at which the log refuses  7 SHA-256 of the owner's token, '' for none: no rule binds the owner, nor a role
--       8 messages the room takes in a while, 0 for any number  9 that while in ms  10 as how many this one counts, for each started thousand of members
--       11 hash of the filter that was applied, '' for none; and by it for who is bound: 12 the text, '' for that of 2
--       13 'links': refused, 'hold': held, else ''  14 text of the `held` event  15 most messages that wait
--       16 SHA-256 of the sender's token, kept with the nonce for who asks for it when the sender has ended
-- Gives {'ok', id}, {'held', id}, {'duplicate', id}, {'duplicate', id, 'held'}, {'not_in_room'}, {'full'}, {'off'}, {'read_only'},
-- {'closed'}, {'muted', ms}, {'slow', ms}, {'flood', ms}, {'links'} or {'filter', hash and rules to apply instead}.
-- Bound: one event and the filter; when a message is the first to wait, the names of the rules' fields (500) and a short event for each
-- role (100).
local log, roster, delivered, dirty, nonce, rules, id = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], ARGV[1]
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, id) == 0 or members < tonumber(ARGV[4]) then return {'not_in_room'} end
local ttl = tonumber(ARGV[5])
local known = ttl > 0 and redis.call('GET', nonce)
if known then return {'duplicate', string.match(known, '^[%d-]+'), string.match(known, '^%S+ (held)')} end
local d = redis.call('HMGET', delivered, 'appended', 'through')
if (d[1] or 0) - (d[2] or 0) >= tonumber(ARGV[6]) then return {'full'} end
local refused, only, slow, free = mayWrite({rules = rules, slow = KEYS[7]}, {id = id, owner = ARGV[7], filter = ARGV[11], verdict = ARGV[13]})
if refused then return refused end
local text, verdict = ARGV[2], ''
if not free then
  -- a message that nobody hears takes nothing from the others
  local late = not only and paceRoom(KEYS[8], ARGV[8], tonumber(ARGV[9]), ARGV[10], #ARGV[2], members)
  if late then return late end
  if slow then redis.call('SET', KEYS[7], 1, 'PX', slow) end
  if ARGV[12] ~= '' then text = ARGV[12] end
  verdict = ARGV[13]
end
if verdict == 'hold' then
  local held = string.format('%d', now()) .. '-' .. redis.call('HINCRBY', rules, 'holds', 1)
  if ttl > 0 then redis.call('SET', nonce, held .. ' held ' .. ARGV[16], 'PX', ttl) end
  if only then return {'held', held} end -- of who is muted without knowing it, nobody need hear
  local waiting = redis.call('RPUSH', KEYS[9], held .. ' ' .. text)
  redis.call('LTRIM', KEYS[9], -ARGV[15], -1)
  for _, field in ipairs(waiting == 1 and redis.call('HKEYS', rules) or {}) do
    local keeper = string.match(field, '^role:(%d+)$')
    if keeper then tell(log, delivered, dirty, ARGV[3], ARGV[14], keeper) end
  end
  return {'held', held}
end
local accepted = tell(log, delivered, dirty, ARGV[3], text, only)
if ttl > 0 then redis.call('SET', nonce, accepted .. ' ' .. ARGV[16], 'PX', ttl) end
return {'ok', accepted}
