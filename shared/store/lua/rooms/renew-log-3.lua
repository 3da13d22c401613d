-- renew-log: one step of writing a log anew, so that nothing stays in memory of what was deleted in it. The entries are
-- copied, and at the end the copy takes the log's place. If something was deleted that had been copied already, it
-- begins again.
-- KEYS
--   log, copy
--   forgetting: unfinished work
-- ARGV
--   room
-- Returns 1 when it is done, else 0.
-- Bound: 500 events or a quarter of a MB, and ten events more.
local log, copy, forgetting = unpack(KEYS)
local room = unpack(ARGV)
local field = 'renew ' .. room
local state = redis.call('HGET', forgetting, field)
if not state then return 1 end
local after, since = string.match(state, '^(%S+) (%d+)')

local function done()
  redis.call('UNLINK', copy)
  redis.call('HDEL', forgetting, field)
  return 1
end

-- Copies entries. Returns whether the copy has them all.
local function copyEntries()
  local looked, bytes = 0, 0
  while looked < 500 and bytes < 262144 do
    local entries = redis.call('XRANGE', log, '(' .. after, '+', 'COUNT', 10)
    for _, entry in ipairs(entries) do
      redis.call('XADD', copy, entry[1], unpack(entry[2]))
      after, looked, bytes = entry[1], looked + 1, bytes + #entry[2][4]
    end
    if #entries < 10 then return true end
  end
  return false
end

-- No id is given twice, even within this millisecond: shards would take its event for one that they have.
local function copyLastId()
  local info = redis.call('XINFO', 'STREAM', log)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then redis.call('XSETID', copy, info[i + 1]) end
  end
end

local length = redis.call('XLEN', log)
if length == 0 then return done() end -- blocks without entries have gone
if after == '0-0' then redis.call('UNLINK', copy) end
if not copyEntries() then
  redis.call('PEXPIRE', copy, 600000) -- nothing stays of a copy that is given up
  redis.call('HSET', forgetting, field, after .. ' ' .. since)
  return 0
end
redis.call('XTRIM', copy, 'MINID', redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1][1])
if redis.call('XLEN', copy) ~= length then
  redis.call('UNLINK', copy)
  redis.call('HSET', forgetting, field, '0-0 ' .. since)
  return 0
end
copyLastId()
local ttl = redis.call('PTTL', log)
redis.call('UNLINK', log)
redis.call('RENAME', copy, log)
if ttl > 0 then redis.call('PEXPIRE', log, ttl) else redis.call('PERSIST', log) end
return done()
