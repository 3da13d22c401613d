-- with clock, log, may-speak, slow-mode, may-write, rate, room-rate, value-weights
-- set-value: writes a value of a room and appends its `value` event: checked, written and told in one step. The version
-- of a value is the log id of its event. A key that ends with '/' stands for all keys that begin with it. It can only
-- be removed, and the caller sees to that.
-- KEYS
--   log, roster, delivered, dirty
--   nonce: used only with a TTL
--   rules
--   slow: exists while slow mode makes the user wait
--   sends: the rate of the room's messages
--   values: key -> 'version json'
--   ownValues: user id -> lines 'key version json'
--   weights: rooms of the shard by the bytes of their values
-- ARGV
--   id: of the writer
--   eventHead: the event's text up to its value
--   room, key
--   step: 'set' or 'add'
--   json: the value, 'null' removes it; or the number to add
--   expected: the version that must be there: '' for any, '0' for none
--   nonceTtl: ms, 0 for no nonce
--   ownerHash: SHA-256 of the owner's token, '' for none
--   filterHash: hash of the filter that was applied, '' for none
--   verdict: of that filter: 'links', 'hold' or ''
--   maskedJson: the value as the filter has masked it, '' for `json`
--   undeliveredMax: undelivered events at which the log takes no more
--   roomSends: writes that the room takes in a window, 0 for any number
--   window: ms
--   cost: as how many writes this one counts
--   keysMax: the most keys
--   bytesMax: the most bytes of all shared values
--   isOwn: '1' for a value of the user's own, else ''
--   tokenHash: SHA-256 of the writer's token, kept with the nonce
-- Returns {'ok' or 'duplicate', version, json}, {'conflict' or 'no_number', version, json}, {'too_many'},
-- {'too_large'}, {'not_in_room'}, {'full'}, {'hold'}, or what mayWrite and takeRoomRate refuse with. `delivered` has
-- `valueBytes` (of the shared values) and `valuesThrough` (the newest version).
-- Bound: one value and the filter, or the 16 own values of the user, or where several are removed all values (64 KiB);
-- one event.
local log, roster, delivered, dirty, nonce, rules, slow, sends, values, ownValues, weights = unpack(KEYS)
local id, eventHead, room, key, step, json, expected, nonceTtl, ownerHash, filterHash, verdict, maskedJson,
  undeliveredMax, roomSends, window, cost, keysMax, bytesMax, isOwn, tokenHash = unpack(ARGV)
isOwn = isOwn == '1'
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, id) == 0 then return {'not_in_room'} end
local known = nonceTtl ~= '0' and redis.call('GET', nonce)
if known then return {'duplicate', string.match(known, '^%S+'), string.match(known, ' =(.*)$')} end
local appended, through, valueBytes = unpack(redis.call('HMGET', delivered, 'appended', 'through', 'valueBytes'))
if (appended or 0) - (through or 0) >= tonumber(undeliveredMax) then return {'full'} end

local former, count = nil, 0 -- what the key has, as 'version json'; how many keys there are
local otherLines = {} -- the user's other own values
local gone, goneBytes = {}, 0 -- shared keys that go together
local isMany = string.sub(key, -1) == '/'
local function isMeant(name) return name == key or isMany and string.sub(name, 1, #key) == key end

local function readOwn()
  for line in string.gmatch(redis.call('HGET', ownValues, id) or '', '[^\n]+') do
    count = count + 1
    local name, rest = string.match(line, '^(%S+) (.*)$')
    if isMeant(name) then former = rest else otherLines[#otherLines + 1] = line end
  end
end

local function readMany()
  local flat = redis.call('HGETALL', values)
  for i = 1, #flat, 2 do
    local name, text = flat[i], flat[i + 1]
    if isMeant(name) then gone[#gone + 1], goneBytes = name, goneBytes + #name + #string.match(text, ' (.*)$') end
  end
end

if isOwn then
  readOwn()
elseif isMany then
  readMany()
else
  former, count = redis.call('HGET', values, key), redis.call('HLEN', values)
end
local version, old = string.match(former or '0 null', '^(%S+) (.*)$')

local write = {
  id = id,
  ownerHash = ownerHash,
  filterHash = filterHash,
  verdict = verdict,
  isValue = true,
  isOwn = isOwn,
  isOfRoles = not isOwn and string.sub(key, 1, 1) == '@',
}
local denied, free, only, pause = mayWrite(rules, slow, write)
if denied then return denied end
if not free and verdict == 'hold' then return {'hold'} end
if expected ~= '' and expected ~= version then return {'conflict', version, old} end

-- The shortest text that is this number.
local function numberText(number)
  if number % 1 == 0 and math.abs(number) < 1e15 then return string.format('%d', number) end
  for digits = 15, 17 do
    local text = string.format('%.' .. digits .. 'g', number)
    if tonumber(text) == number then return text end
  end
end

if step == 'add' then
  local base = old == 'null' and 0 or string.match(old, '^%-?%d') and tonumber(old)
  local sum = base and base + tonumber(json)
  if not sum or sum ~= sum or math.abs(sum) == math.huge then return {'no_number', version, old} end
  json = numberText(sum)
elseif not free and maskedJson ~= '' then
  json = maskedJson
end
local removes = json == 'null'
if not removes and not former and count >= tonumber(keysMax) then return {'too_many'} end
local formerBytes = goneBytes + (former and #key + #old or 0)
local bytes = (valueBytes or 0) - formerBytes + (removes and 0 or #key + #json)
if not isOwn and not removes and bytes > tonumber(bytesMax) then return {'too_large'} end

local text = eventHead .. json .. '}'
if not free then
  local flood = not only and takeRoomRate(sends, roomSends, tonumber(window), cost, #text, members)
  if flood then return flood end
  beginSlowMode(slow, pause)
end

local function keepNonce(accepted)
  local sum = step == 'add' and ' =' .. json or ''
  redis.call('SET', nonce, accepted .. ' ' .. tokenHash .. sum, 'PX', nonceTtl)
end

local function writeOwn(accepted)
  if not removes then otherLines[#otherLines + 1] = key .. ' ' .. accepted .. ' ' .. json end
  local before, lines = redis.call('HSTRLEN', ownValues, id), table.concat(otherLines, '\n')
  if lines ~= '' then redis.call('HSET', ownValues, id, lines) else redis.call('HDEL', ownValues, id) end
  addWeight(weights, room, #lines - before)
end

local function writeShared(accepted)
  redis.call('HSET', delivered, 'valueBytes', bytes)
  addWeight(weights, room, bytes - (valueBytes or 0))
  if #gone > 0 then
    redis.call('HDEL', values, unpack(gone))
  elseif removes then
    redis.call('HDEL', values, key)
  else
    redis.call('HSET', values, key, accepted .. ' ' .. json)
  end
end

local accepted = appendEvent(log, delivered, dirty, room, text, only)
if nonceTtl ~= '0' then keepNonce(accepted) end
if only then return {'ok', accepted, json} end -- only the user itself believes it
redis.call('HSET', delivered, 'valuesThrough', accepted)
if redis.call('EXISTS', values, ownValues) == 0 then
  redis.call('ZREM', weights, room) -- what a former room of this name weighed
end
if isOwn then writeOwn(accepted) else writeShared(accepted) end
return {'ok', accepted, json}
