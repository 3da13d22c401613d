-- forget: removes a user's events from a room's log, ids and order of the others kept. The log is written anew: XDEL would only
-- mark entries and leave their text in memory until their whole block is gone.
-- What waits for approval goes too.
-- KEYS  1 log  2 messages that wait for approval
-- ARGV  1 user id  2 'message' for messages only, '' for all events
local pattern = '^{"type":"' .. (ARGV[2] == '' and '%a+' or ARGV[2]) .. '","room":"[^"]*","from":{"id":(%d+)[,}]'
local function isTheirs(text) return string.match(text, pattern) == ARGV[1] end
for _, one in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  if isTheirs(string.match(one, '^%S+ (.*)$')) then redis.call('LREM', KEYS[2], 1, one) end
end
local kept, removed, last = {}, 0, ''
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  last = entry[1]
  if isTheirs(entry[2][4]) then
    removed = removed + 1
  else
    kept[#kept + 1] = entry
  end
end
if removed == 0 then return 0 end
local ttl = redis.call('PTTL', KEYS[1])
redis.call('DEL', KEYS[1])
for _, entry in ipairs(kept) do redis.call('XADD', KEYS[1], entry[1], unpack(entry[2])) end
-- no id is given twice, even within this millisecond: shards would take what bears it for something they have
if #kept == 0 then redis.call('XDEL', KEYS[1], redis.call('XADD', KEYS[1], last, 'i', 0, 'e', '')) end
redis.call('XSETID', KEYS[1], last)
if ttl > 0 then redis.call('PEXPIRE', KEYS[1], ttl) end
return removed
