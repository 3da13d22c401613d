-- sumWith: the sum of an inbox with more events, by which a cursor says what its client has had up to its position, in whatever order it came.
local parts = {} -- of texts that many users have
local function sumWith(sum, texts)
  for _, text in ipairs(texts) do
    local head = string.sub(text, 1, 140) -- the id and the room are in it
    local part = parts[head]
    if not part then
      part = tonumber(string.sub(redis.sha1hex(head), 1, 7), 16)
      parts[head] = part
    end
    sum = sum + part
  end
  return sum % 2147483648
end
-- sumAt: the sum up to where an inbox begins; nil when it is not known (a version without sums has moved it).
local function sumAt(user, base)
  if base == 0 then return 0 end
  local at, sum = string.match(redis.call('HGET', user, 'sum') or '', '^(%d+) (%d+)$')
  if tonumber(at or -1) == base then return tonumber(sum) end
end
