-- forget: removes a user's events from a room's log, ids and order of the others kept. The log is written anew: XDEL would only
-- mark entries and leave their text in memory until their whole block is gone.
-- KEYS  1 log
-- ARGV  1 user id
local kept, removed, last = {}, 0, ''
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  last = entry[1]
  if string.match(entry[2][4], '^{"type":"%a+","room":"[^"]*","from":{"id":(%d+)[,}]') == ARGV[1] then
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
