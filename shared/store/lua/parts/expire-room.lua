-- trimToLast: drops all but the last 200 delivered messages of a log, or the last quarter of a MB. Undelivered events
-- are newer, and stay. Events that only some users see count for nothing: a stranger can make many. It looks at 500
-- others at most, and at 5,000 events in all.
local function trimToLast(log, delivered)
  local from, oldest = redis.call('HGET', delivered, 'id') or '0-0', nil
  local looked, counted, messages, bytes, count = 0, 0, 0, 0, 10
  while count == 10 do
    local entries = redis.call('XREVRANGE', log, from, '-', 'COUNT', 10)
    count = #entries
    for _, entry in ipairs(entries) do
      local text, only = entry[2][4], entry[2][6]
      oldest, looked = entry[1], looked + 1
      if not only then
        counted, bytes = counted + 1, bytes + #text
        if string.sub(text, 1, 17) == '{"type":"message"' then messages = messages + 1 end
      end
      if messages == 200 or bytes >= 262144 or counted == 500 or looked == 5000 then
        noteCut(delivered, redis.call('XTRIM', log, 'MINID', oldest))
        return forgetTrimmed(log)
      end
    end
    from = oldest and '(' .. oldest
  end
end
-- expireEmptyRoom: says when the keys of an empty room expire: after roomTtl (ms), or when its stay ends if that is
-- later. Rules that the operator has set stay. A log that stays keeps its last messages. Does nothing if that was done.
-- Nicknames that are kept expire by themselves: an empty room can only make that sooner.
local function expireEmptyRoom(keys, roomTtl)
  local kept, off, stay = unpack(redis.call('HMGET', keys.rules, 'kept', 'off', 'stay'))
  local ttl = tonumber(roomTtl)
  local left = (tonumber(stay) or 0) - now()
  if left > ttl then
    if math.abs(redis.call('PTTL', keys.rules) - left) < 1000 then return end
    ttl = left
    trimToLast(keys.log, keys.delivered)
  end
  ttl = string.format('%d', ttl)
  for _, name in ipairs({'log', 'delivered', 'values', 'ownValues', 'presence'}) do
    redis.call('PEXPIRE', keys[name], ttl)
  end
  for _, key in ipairs(overlayKeys(keys.log)) do redis.call('PEXPIRE', key, ttl) end
  for _, key in ipairs({keys.holders, (string.gsub(keys.holders, 'holders$', 'kept-nicks'))}) do
    local left = redis.call('PTTL', key)
    if left < 0 or left > tonumber(ttl) then redis.call('PEXPIRE', key, ttl) end
  end
  if not kept and not off then redis.call('PEXPIRE', keys.rules, ttl) end
end
