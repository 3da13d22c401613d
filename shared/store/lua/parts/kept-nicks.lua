-- Nicknames that are kept for users that have gone. `keptNicks` has them by the time when that ends (ms), each as
-- 'address nickname'. So the oldest go first when there are too many: in all, or of one address.
local function dropNick(keys, member, ends)
  redis.call('ZREM', keys.keptNicks, member)
  local nick = string.match(member, '^%S* (.*)$')
  local record = parseRecord(redis.call('HGET', keys.holders, nick))
  if record and record.id == '0' and record.ends == ends then redis.call('HDEL', keys.holders, nick) end
end
-- keepNick: keeps a nickname for whoever has its secret. record: as the user had it. bounds: ttl (ms), count, and
-- ofAddress: how many are kept in all, and of one address.
local function keepNick(keys, nick, record, bounds)
  local at = now()
  local ends = string.format('%d', at + bounds.ttl)
  redis.call('HSET', keys.holders, nick, '0 ' .. ends .. ' ' .. record.secret .. ' ' .. record.address)
  redis.call('ZADD', keys.keptNicks, ends, record.address .. ' ' .. nick)
  redis.call('PEXPIRE', keys.keptNicks, bounds.ttl)
  local ended = redis.call('ZRANGEBYSCORE', keys.keptNicks, '-inf', at, 'WITHSCORES', 'LIMIT', 0, 10)
  for i = 1, #ended, 2 do dropNick(keys, ended[i], ended[i + 1]) end
  local all = redis.call('ZCARD', keys.keptNicks)
  if all <= tonumber(bounds.ofAddress) then return end
  local kept = redis.call('ZRANGE', keys.keptNicks, 0, -1, 'WITHSCORES')
  local prefix, count, first = record.address .. ' ', 0, nil
  for i = 1, #kept, 2 do
    if string.sub(kept[i], 1, #prefix) == prefix then
      count, first = count + 1, first or i
    end
  end
  if count > tonumber(bounds.ofAddress) then
    dropNick(keys, kept[first], kept[first + 1])
  elseif all > tonumber(bounds.count) then
    dropNick(keys, kept[1], kept[2])
  end
end
