-- with clock, attachment, digest, replication-id, acknowledge
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
local at, current = now(), replicationId()
redis.call('EXPIRE', sequence, 60)
local reply = {tonumber(redis.call('GET', sequence) or 0)}

for i = 3, #ARGV, 6 do
  local id, n, count, eventId, digest, letGo = unpack(ARGV, i, i + 5)
  if redis.call('HGET', attached, id) ~= attachmentText('live', instance, n) then
    reply[#reply + 1] = id
  else
    local user = '<prefix>user:' .. tag .. ':' .. id
    local isRight = acknowledge(user, user .. ':messages', tonumber(count), eventId, tonumber(digest), current)
    if not isRight then reply[#reply + 1] = id end
    if letGo == '1' or not isRight then redis.call('HSET', attached, id, attachmentText('none', instance, n)) end
    if letGo ~= '1' then redis.call('ZADD', seen, at, id) end
  end
end
return reply
