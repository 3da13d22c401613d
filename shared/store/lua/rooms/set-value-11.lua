-- with log, clock, may-write, room-rate, value-weights
-- set-value: writes a value of a room and appends its `value` event: checked, written and told together. The version of a value is the
-- log id of its event.
-- KEYS  1 log  2 roster  3 delivered  4 dirty  5 nonce (used only with a TTL)  6 rules  7 slow mode  8 sends  9 values  10 own values
--       11 valued
-- ARGV  1 user id  2 event text up to its value  3 room  4 key  5 step: 'set' or 'add'  6 the value as JSON, 'null' removes it; or the number
--       to add  7 version expected: '' for any, '0' for none  8 nonce TTL in ms, 0: no nonce
--       9 SHA-256 of the owner's token, '' for none  10 hash of the filter that was applied  11 its verdict: 'links', 'hold' or ''
--       12 the value it gives instead, '' for none  13 undelivered events at which the log refuses  14 writes the room takes in a while
--       15 that while in ms  16 as how many this one counts  17 most keys  18 most bytes of all shared values  19 '1' for an own value
--       20 SHA-256 of the writer's token, kept with the nonce
-- own values: user id -> lines `key version json`. values: key -> `version json`. `delivered` has `valueBytes` (of the shared ones) and
-- `valuesThrough` (the newest version).
-- Returns {'ok' or 'duplicate', version, json}, {'conflict' or 'no_number', version, json}, {'too_many'}, {'too_large'}, {'not_in_room'},
-- {'full'}, {'hold'}, or what mayWrite and paceRoom refuse with.
-- A key that ends with '/' stands for all that begin so; it can only be removed, which the caller sees to.
-- Bound: one value and the filter, or the 16 own values of the user, or where several are removed all values (64 KiB); one event.
local id, key, nonceTtl, isOwn = ARGV[1], ARGV[4], tonumber(ARGV[8]), ARGV[19] == '1'
local log, roster, delivered, values, own = KEYS[1], KEYS[2], KEYS[3], KEYS[9], KEYS[10]
local members = redis.call('HLEN', roster)
if redis.call('HEXISTS', roster, id) == 0 then return {'not_in_room'} end
local known = nonceTtl > 0 and redis.call('GET', KEYS[5])
if known then return {'duplicate', string.match(known, '^%S+'), string.match(known, ' =(.*)$')} end
local d = redis.call('HMGET', delivered, 'appended', 'through', 'valueBytes')
if (d[1] or 0) - (d[2] or 0) >= tonumber(ARGV[13]) then return {'full'} end

local lines, former, count = {}, nil, 0 -- the other own values; what the key has; how many keys there are
local isMany, gone, freed = string.sub(key, -1) == '/', {}, 0 -- shared keys that go together, and their bytes
local function isMeant(name) return name == key or isMany and string.sub(name, 1, #key) == key end
if isOwn then
  for line in string.gmatch(redis.call('HGET', own, id) or '', '[^\n]+') do
    count = count + 1
    local name, rest = string.match(line, '^(%S+) (.*)$')
    if isMeant(name) then former = rest else lines[#lines + 1] = line end
  end
elseif isMany then
  local flat = redis.call('HGETALL', values)
  for i = 1, #flat, 2 do
    if isMeant(flat[i]) then gone[#gone + 1], freed = flat[i], freed + #flat[i] + #string.match(flat[i + 1], ' (.*)$') end
  end
else
  former, count = redis.call('HGET', values, key), redis.call('HLEN', values)
end
local version, old = string.match(former or '0 null', '^(%S+) (.*)$')

local refused, only, slow, free = mayWrite({rules = KEYS[6], slow = KEYS[7]},
  {id = id, owner = ARGV[9], filter = ARGV[10], verdict = ARGV[11], own = isOwn}, true)
if refused then return refused end
if not free and ARGV[11] == 'hold' then return {'hold'} end
if ARGV[7] ~= '' and ARGV[7] ~= version then return {'conflict', version, old} end

-- the shortest text that is this number
local function numberText(number)
  if number % 1 == 0 and math.abs(number) < 1e15 then return string.format('%d', number) end
  for digits = 15, 17 do
    local text = string.format('%.' .. digits .. 'g', number)
    if tonumber(text) == number then return text end
  end
end
local json = not free and ARGV[12] ~= '' and ARGV[12] or ARGV[6]
if ARGV[5] == 'add' then
  local base = old == 'null' and 0 or string.match(old, '^%-?%d') and tonumber(old)
  local sum = base and base + tonumber(ARGV[6])
  if not sum or sum ~= sum or math.abs(sum) == math.huge then return {'no_number', version, old} end
  json = numberText(sum)
end
local removes = json == 'null'
if not removes and not former and count >= tonumber(ARGV[17]) then return {'too_many'} end
local bytes = (d[3] or 0) - freed - (former and #key + #old or 0) + (removes and 0 or #key + #json)
if not isOwn and not removes and bytes > tonumber(ARGV[18]) then return {'too_large'} end

local text = ARGV[2] .. json .. '}'
if not free then
  local late = not only and paceRoom(KEYS[8], ARGV[14], tonumber(ARGV[15]), ARGV[16], #text, members)
  if late then return late end
  if slow then redis.call('SET', KEYS[7], 1, 'PX', slow) end
end
local accepted = tell(log, delivered, KEYS[4], ARGV[3], text, only)
if nonceTtl > 0 then redis.call('SET', KEYS[5], accepted .. ' ' .. ARGV[20] .. (ARGV[5] == 'add' and ' =' .. json or ''), 'PX', nonceTtl) end
if only then return {'ok', accepted, json} end -- only the user itself believes it
redis.call('HSET', delivered, 'valuesThrough', accepted)
if redis.call('EXISTS', values, own) == 0 then redis.call('ZREM', KEYS[11], ARGV[3]) end -- what a former room of this name weighed
if isOwn then
  if not removes then lines[#lines + 1] = key .. ' ' .. accepted .. ' ' .. json end
  local before = redis.call('HSTRLEN', own, id)
  local texts = table.concat(lines, '\n')
  if texts ~= '' then redis.call('HSET', own, id, texts) else redis.call('HDEL', own, id) end
  weigh(KEYS[11], ARGV[3], #texts - before)
  return {'ok', accepted, json}
end
redis.call('HSET', delivered, 'valueBytes', bytes)
weigh(KEYS[11], ARGV[3], bytes - (d[3] or 0))
if #gone > 0 then redis.call('HDEL', values, unpack(gone)) elseif removes then redis.call('HDEL', values, key) else redis.call('HSET', values, key, accepted .. ' ' .. json) end
return {'ok', accepted, json}
