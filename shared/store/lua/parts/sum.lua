-- sumWith: the sum of an inbox with more events, by which a cursor says what its client has had up to its position, in whatever order it came.
local function sumWith(sum, texts)
  -- the id and the room are at a text's beginning
  for _, text in ipairs(texts) do sum = sum + tonumber(string.sub(redis.sha1hex(string.sub(text, 1, 140)), 1, 7), 16) end
  return sum % 2147483648
end
-- sumAt: the sum up to where an inbox begins; nil when it is not known (the inbox lost its oldest, or an older version moved its beginning).
local function sumAt(user, base)
  if base == 0 then return 0 end
  local at, sum = string.match(redis.call('HGET', user, 'sum') or '', '^(%d+) (%d+)$')
  if tonumber(at or -1) == base then return tonumber(sum) end
end
