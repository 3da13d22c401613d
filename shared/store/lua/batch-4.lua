-- batch: what fan-out has to copy next: the room's undelivered events and, read in the same moment, the user shards that
-- have members. A room with nothing undelivered leaves `dirty`.
-- KEYS  1 log  2 delivered  3 shards  4 dirty
-- ARGV  1 read after this log id ('' for after the delivered one)  2 most events  3 room
-- Gives {log id it reads after, {shard, ...}, {id, number, text, id, number, text, ...}}.
local log, delivered, shards, dirty = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local from = ARGV[1]
if from == '' then from = redis.call('HGET', delivered, 'id') or '0-0' end
local entries = redis.call('XRANGE', log, '(' .. from, '+', 'COUNT', ARGV[2])
if #entries == 0 and ARGV[1] == '' then redis.call('ZREM', dirty, ARGV[3]) end
local flat, bytes = {}, 0
for _, entry in ipairs(entries) do
  bytes = bytes + #entry[2][4]
  if bytes > 65536 and #flat > 0 then break end -- what one script call of a shard is given stays small
  flat[#flat + 1] = entry[1]
  flat[#flat + 1] = entry[2][2]
  flat[#flat + 1] = entry[2][4]
end
return {from, redis.call('HKEYS', shards), flat}
