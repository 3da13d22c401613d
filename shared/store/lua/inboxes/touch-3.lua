-- with digest, replication-id
-- touch: what a process with live users writes once a second for one user shard: acknowledgements and `seen`.
-- Does nothing for a user that is no longer attached here with that n; lets go one whose inbox is not what it acknowledged.
-- KEYS  1 seen  2 attached  3 sequence of this process in this shard
-- ARGV  1 the shard's tag  2 process  3.. six for each user: id, n, position acknowledged, log id there, sum there
--       ('' when it is not known), 'keep' or 'go'
-- Gives {sequence, id of each user that is no longer attached here, ...}.
-- Bound: 64 users (TOUCHES in live.ts), a few fields each. After a failover half a MB of inboxes is read again, and the inbox of one user
-- more; who is left is let go, as its next attach reads what it has.
local seen, attached, sequence = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('EXPIRE', sequence, 60)
local current = replicationId()
local left = 524288
local reply = {tonumber(redis.call('GET', sequence) or 0)}
for i = 3, #ARGV, 6 do
  local id, position = ARGV[i], tonumber(ARGV[i + 2])
  local user = 'user:' .. ARGV[1] .. ':' .. id
  if redis.call('HGET', attached, id) ~= 'live:' .. ARGV[2] .. ':' .. ARGV[i + 1] then
    reply[#reply + 1] = id
  else
    local h, inbox = redis.call('HMGET', user, 'base', 'lineage'), user .. ':messages'
    local base, claimed = tonumber(h[1] or 0), tonumber(ARGV[i + 4])
    local there = position > base and redis.call('LINDEX', inbox, position - base - 1)
    local right = there and string.match(there, '^{"id":"([%d-]+)') == ARGV[i + 3]
    if right and (h[2] ~= current or not claimed) then -- not what the process has mirrored: what is before it may be other events
      local sum = digestAt(user, base)
      local texts = left > 0 and redis.call('LRANGE', inbox, 0, position - base - 1) or {}
      local reached = digestWith(sum or 0, texts)
      right = left > 0 and (not sum or not claimed or reached == claimed)
      claimed = claimed or reached
      for _, text in ipairs(texts) do left = left - #text end
    end
    if right then
      redis.call('LTRIM', inbox, position - base, -1)
      redis.call('HSET', user, 'base', position, 'baseId', ARGV[i + 3], 'acked', position, 'given', position, 'sum', position .. ' ' .. claimed)
    elseif position > base then
      -- Redis lost its last moments: the next attach finds out and says reset
      redis.call('HSET', attached, id, 'none:' .. ARGV[2] .. ':' .. ARGV[i + 1])
      reply[#reply + 1] = id
    end
    if ARGV[i + 5] == 'go' then redis.call('HSET', attached, id, 'none:' .. ARGV[2] .. ':' .. ARGV[i + 1]) else redis.call('ZADD', seen, now, id) end
  end
end
return reply
