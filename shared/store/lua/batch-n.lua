-- batch: what fan-out has to copy next, for rooms of one room shard: each room's undelivered events and, read in the same
-- moment, the user shards that have members. A room with nothing undelivered leaves `dirty`.
-- KEYS  1 dirty; for each room: log, delivered, shards
-- ARGV  1 most events of a room; for each room: its name, log id to read after ('' for the delivered one)
-- Gives for each room {log id it reads after, {shard, ...}, {id, number, text, id, number, text, ...}, only}. An event for one user
-- alone makes a batch by itself; `only` is that user's id, else ''.
local dirty, most = KEYS[1], ARGV[1]
local replies = {}
for room = 1, (#KEYS - 1) / 3 do
  local log, delivered, shards = KEYS[3 * room - 1], KEYS[3 * room], KEYS[3 * room + 1]
  local name, after = ARGV[2 * room], ARGV[2 * room + 1]
  local from = after
  if from == '' then from = redis.call('HGET', delivered, 'id') or '0-0' end
  local entries = redis.call('XRANGE', log, '(' .. from, '+', 'COUNT', most)
  if #entries == 0 and after == '' then redis.call('ZREM', dirty, name) end
  local flat, bytes, only = {}, 0, ''
  for _, entry in ipairs(entries) do
    if only ~= '' or entry[2][6] and #flat > 0 then break end
    only = entry[2][6] or ''
    bytes = bytes + #entry[2][4]
    if bytes > 65536 and #flat > 0 then break end -- what one script call of a shard is given stays small
    flat[#flat + 1] = entry[1]
    flat[#flat + 1] = entry[2][2]
    flat[#flat + 1] = entry[2][4]
  end
  replies[room] = {from, redis.call('HKEYS', shards), flat, only}
end
return replies
