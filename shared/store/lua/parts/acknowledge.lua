-- acknowledge: takes the first events out of an inbox, up to event number `count` of it.
-- eventId: the log id of the last of them. digest: the digest of all of them, nil when it is not known.
-- lineage: the replication id of the history that the digest is known to be right in; else the inbox is read.
-- Returns whether the inbox agrees, and whether there was something to take out. It does not agree when Redis lost its
-- last moments.
local rereadableBytes = 524288 -- in one call
local function acknowledge(user, inbox, count, eventId, digest, lineage)
  local row = redis.call('HMGET', user, 'base', 'lineage', 'sum')
  local base = tonumber(row[1] or 0)
  if count <= base then return true, false end
  local text = redis.call('LINDEX', inbox, count - base - 1)
  if not text or string.match(text, '^{"id":"([%d-]+)') ~= eventId then return false end
  if row[2] ~= lineage or not digest then
    if rereadableBytes <= 0 then return false end
    local known = digestAt(row[3], base)
    local texts = redis.call('LRANGE', inbox, 0, count - base - 1)
    for _, one in ipairs(texts) do rereadableBytes = rereadableBytes - #one end
    local reached = digestWith(known or 0, texts)
    if known and digest and reached ~= digest then return false end
    digest = digest or reached
  end
  redis.call('LTRIM', inbox, count - base, -1)
  local sum = count .. ' ' .. digest
  redis.call('HSET', user, 'base', count, 'baseId', eventId, 'acked', count, 'given', count, 'sum', sum)
  return true, true
end
