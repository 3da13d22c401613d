-- with clock, attachment, digest, replication-id
-- touch: what an instance with live users writes once a second for one user shard: acknowledgements and `seen`. It does
-- nothing for a user that is no longer attached here with this n, and lets a user go whose inbox is not what the
-- instance has mirrored.
-- KEYS
--   seen, attached
--   sequence: number of the last delivery of this shard to this instance
-- ARGV
--   tag: the shard's
--   instance
-- ARGV for each user
--   id, n
--   count: events of its inbox that it has acknowledged
--   eventId: the log id of the last of them
--   digest: the digest of all of them, '' when it is not known
--   letGo: '1' when it is attached nowhere afterwards, else ''
-- Returns {sequence, id of each user that is no longer attached here, ...}.
-- Bound: 64 users (TOUCHES in live.ts), a few fields each. After a failover half a MB of inboxes is read again, and the
-- inbox of one user more. The other users are let go, and their next attach reads what they have.
local seen, attached, sequence = unpack(KEYS)
local tag, instance = unpack(ARGV, 1, 2)
local at, current, bytesLeft = now(), replicationId(), 524288
redis.call('EXPIRE', sequence, 60)
local reply = {tonumber(redis.call('GET', sequence) or 0)}

-- After a failover: whether an inbox begins with the events that the instance has mirrored, by their digest. Returns
-- that digest, too.
local function reread(user, inbox, base, count, claimed)
  local digest = digestAt(redis.call('HGET', user, 'sum'), base)
  local texts = bytesLeft > 0 and redis.call('LRANGE', inbox, 0, count - base - 1) or {}
  local reached = digestWith(digest or 0, texts)
  local isSame = bytesLeft > 0 and (not digest or not claimed or reached == claimed)
  for _, text in ipairs(texts) do bytesLeft = bytesLeft - #text end
  return isSame, claimed or reached
end

-- Acknowledges for one user. False when Redis lost its last moments: the next attach finds out, and says reset.
local function acknowledge(id, count, eventId, digest)
  local user = 'user:' .. tag .. ':' .. id
  local inbox = user .. ':messages'
  local row = redis.call('HMGET', user, 'base', 'lineage')
  local base = tonumber(row[1] or 0)
  local text = count > base and redis.call('LINDEX', inbox, count - base - 1)
  local isRight = text and string.match(text, '^{"id":"([%d-]+)') == eventId
  if isRight and (row[2] ~= current or not digest) then
    isRight, digest = reread(user, inbox, base, count, digest)
  end
  if not isRight then return count <= base end
  redis.call('LTRIM', inbox, count - base, -1)
  local sum = count .. ' ' .. digest
  redis.call('HSET', user, 'base', count, 'baseId', eventId, 'acked', count, 'given', count, 'sum', sum)
  return true
end

for i = 3, #ARGV, 6 do
  local id, n, count, eventId, digest, letGo = unpack(ARGV, i, i + 5)
  if redis.call('HGET', attached, id) ~= attachmentText('live', instance, n) then
    reply[#reply + 1] = id
  else
    local isRight = acknowledge(id, tonumber(count), eventId, tonumber(digest))
    if not isRight then reply[#reply + 1] = id end
    if letGo == '1' or not isRight then redis.call('HSET', attached, id, attachmentText('none', instance, n)) end
    if letGo ~= '1' then redis.call('ZADD', seen, at, id) end
  end
end
return reply
