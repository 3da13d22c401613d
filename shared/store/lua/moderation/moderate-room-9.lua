-- with log, clock, roles, moderation
-- moderate-room: what is done about what is said in a room, and its rules: checked, done, told to the room and written down together.
-- KEYS  1 rules  2 roster  3 log  4 delivered  5 dirty  6 messages that wait for approval  7 values  8 own values
--       9 valued
-- ARGV  1 user id, '' for the host  2 SHA-256 of the owner's token that was given, '' for none  3 room  4 role that it takes
--       5 line for the list of acts  6 event text, '' for none  7 step  8.. what it takes:
--       'remove': log id; 'clear'; 'clear-values'; 'set': field, value, ... ('' removes the field); 'approve', 'reject': id of a message that waits
-- Gives {'ok'}, {'ok', log id of what was approved}, {'not_owner'}, {'no_such_event'} or {'off'}.
-- Bound: one event; or what waits (100 messages), as far as the one that is meant; 100 acts. `clear` drops whole blocks of the log, unread,
-- `clear-values` unlinks the values.
local rules, roster, log, delivered, dirty, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local steps = {}
function steps.remove()
  local entry = redis.call('XRANGE', log, ARGV[8], ARGV[8])[1]
  if not entry or not string.find(entry[2][4], '^{"type":"message"') then return {'no_such_event'} end
  redis.call('XDEL', log, ARGV[8])
end
function steps.clear()
  redis.call('XTRIM', log, 'MAXLEN', 0) -- keeps the last id: none is given twice
  redis.call('HSET', delivered, 'through', redis.call('HGET', delivered, 'appended') or 0)
end
steps['clear-values'] = function()
  redis.call('UNLINK', KEYS[7], KEYS[8])
  redis.call('HDEL', delivered, 'valueBytes')
  redis.call('ZREM', KEYS[9], ARGV[3])
end
function steps.set()
  for i = 8, #ARGV, 2 do
    if ARGV[i + 1] == '' then redis.call('HDEL', rules, ARGV[i]) else redis.call('HSET', rules, ARGV[i], ARGV[i + 1]) end
  end
  -- what a process has to look for in texts, with a hash by which it knows whether it has the latest
  local r = redis.call('HMGET', rules, 'links', 'words', 'hold')
  if not r[1] and not r[2] then return redis.call('HDEL', rules, 'filter') and nil end
  local filter = '{"links":' .. (r[1] and 'false' or 'true') .. ',"words":' .. (r[2] or '[]') .. ',"hold":' .. (r[3] and 'true' or 'false') .. '}'
  redis.call('HSET', rules, 'filter', string.sub(redis.sha1hex(filter), 1, 12) .. ' ' .. filter)
end
local function take()
  for place = 0, redis.call('LLEN', waiting) - 1 do
    local one = redis.call('LINDEX', waiting, place)
    local id, text = string.match(one, '^(%S+) (.*)$')
    if id == ARGV[8] then
      redis.call('LREM', waiting, 1, one)
      return text
    end
  end
end
function steps.reject()
  if not take() then return {'no_such_event'} end
end
function steps.approve()
  if redis.call('HEXISTS', rules, 'off') == 1 then return {'off'} end -- nobody speaks there
  local text = take()
  if not text then return {'no_such_event'} end
  return {'ok', tell(log, delivered, dirty, ARGV[3], string.sub(text, 1, -2) .. ',"held":"' .. ARGV[8] .. '"}')}
end
local refused = ARGV[1] ~= '' and refuseAct(rules, roster, ARGV[1], ARGV[2], ARGV[4], '')
if refused then return {refused} end
local reply = steps[ARGV[7]]() or {'ok'}
if reply[1] ~= 'ok' then return reply end
note(rules, now(), ARGV[5])
local told = ARGV[6] ~= '' and tell(log, delivered, dirty, ARGV[3], ARGV[6])
if ARGV[7] == 'clear-values' then redis.call('HSET', delivered, 'valuesThrough', told) end
return reply
