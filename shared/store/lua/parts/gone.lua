-- A user shard whose last member has exited still gets what was accepted before. `delivered` keeps such shards in its
-- field `gone`: 'shard:log id shard:log id ...'.
-- goneShards: those that still get something after `from`: shard -> log id.
local function goneShards(gone, from)
  local owed = {}
  for shard, id in string.gmatch(gone or '', '(%d+):(%S+)') do
    if above(id, from) then owed[shard] = id end
  end
  return owed
end
local function writeGone(delivered, owed)
  local parts = {}
  for shard, id in pairs(owed) do parts[#parts + 1] = shard .. ':' .. id end
  if #parts == 0 then
    redis.call('HDEL', delivered, 'gone')
  else
    redis.call('HSET', delivered, 'gone', table.concat(parts, ' '))
  end
end
-- noteGone: the last member of a shard has exited. The shard gets what is there up to `id`.
local function noteGone(delivered, shard, id)
  local from, gone = unpack(redis.call('HMGET', delivered, 'id', 'gone'))
  local owed = goneShards(gone, from or '0-0')
  if above(id, from or '0-0') then owed[shard] = id end
  writeGone(delivered, owed)
end
