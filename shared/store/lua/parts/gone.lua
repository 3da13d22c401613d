-- User shards whose last member has exited get what was accepted before: `delivered` keeps them as `gone`, 'shard:log id shard:log id ...'.
-- goneShards: those that are still to be given something after `from`, by shard.
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
  if #parts == 0 then redis.call('HDEL', delivered, 'gone') else redis.call('HSET', delivered, 'gone', table.concat(parts, ' ')) end
end
-- noteGone: the last member of a shard has exited; it is to be given what is there up to `id`.
local function noteGone(delivered, shard, id)
  local d = redis.call('HMGET', delivered, 'id', 'gone')
  local owed = goneShards(d[2], d[1] or '0-0')
  if above(id, d[1] or '0-0') then owed[shard] = id end
  writeGone(delivered, owed)
end
