-- keepNick: keeps a nickname for whoever has its secret. record: as the user had it. bounds: ttl (ms), count, and
-- ofAddress: how many are kept in all, and of one address.
local function keepNick(keys, nick, record, bounds)
  local key, ends = keptNicksOf(keys), string.format('%d', now() + bounds.ttl)
  redis.call('HSET', keys.holders, nick, '0 ' .. ends .. ' ' .. record.secret .. ' ' .. record.address)
  redis.call('ZADD', key, ends, record.address .. ' ' .. nick)
  renewNicks(keys)
  dropEndedNicks(keys)
  local all = redis.call('ZCARD', key)
  if all <= tonumber(bounds.ofAddress) then return end
  local kept = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
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
