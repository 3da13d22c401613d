-- renew-log: a step of writing a log anew, which leaves nothing in memory of what was deleted in it. The entries are copied, and at the
-- end the copy takes the log's place. Where something was deleted meanwhile that had been copied, it begins again.
-- KEYS  1 log  2 copy  3 forgetting: what is under way
-- ARGV  1 room
-- Gives 1 when it is done, else 0.
-- Bound: 500 events or a quarter of a MB, and ten events more.
local log, copy, forgetting, field = KEYS[1], KEYS[2], KEYS[3], 'renew ' .. ARGV[1]
local state = redis.call('HGET', forgetting, field)
if not state then return 1 end
local after, time = string.match(state, '^(%S+) (%d+)')
local function done()
  redis.call('UNLINK', copy)
  redis.call('HDEL', forgetting, field)
  return 1
end
local length = redis.call('XLEN', log)
if length == 0 then return done() end -- blocks without entries have gone
if after == '0-0' then redis.call('UNLINK', copy) end
local looked, bytes, atEnd = 0, 0, false
while not atEnd and looked < 500 and bytes < 262144 do
  local entries = redis.call('XRANGE', log, '(' .. after, '+', 'COUNT', 10)
  for _, entry in ipairs(entries) do
    redis.call('XADD', copy, entry[1], unpack(entry[2]))
    after, looked, bytes = entry[1], looked + 1, bytes + #entry[2][4]
  end
  atEnd = #entries < 10
end
if not atEnd then
  redis.call('PEXPIRE', copy, 600000) -- nothing stays of one that is given up
  redis.call('HSET', forgetting, field, after .. ' ' .. time)
  return 0
end
redis.call('XTRIM', copy, 'MINID', redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1][1])
if redis.call('XLEN', copy) ~= length then
  redis.call('UNLINK', copy)
  redis.call('HSET', forgetting, field, '0-0 ' .. time)
  return 0
end
-- no id is given twice, even within this millisecond: shards would take what bears it for something they have
local info = redis.call('XINFO', 'STREAM', log)
for i = 1, #info, 2 do if info[i] == 'last-generated-id' then redis.call('XSETID', copy, info[i + 1]) end end
local ttl = redis.call('PTTL', log)
redis.call('UNLINK', log)
redis.call('RENAME', copy, log)
if ttl > 0 then redis.call('PEXPIRE', log, ttl) else redis.call('PERSIST', log) end
return done()
