-- digestWith: a sum with some more events. A cursor says by it what its client has had up to its position, in whatever order that came.
local parts = {} -- by the beginning of a text: in one call many users have the same events
local function digestWith(sum, texts)
  for _, text in ipairs(texts) do
    local head = string.sub(text, 1, 140) -- id, type and room are in it, and no two events have the same
    local part = parts[head]
    if not part then
      part = tonumber(string.sub(redis.sha1hex(head), 1, 7), 16) -- 28 bits
      parts[head] = part
    end
    sum = sum + part
  end
  return sum % 2147483648 -- SUMS in inboxes.ts
end
-- digestAt: the sum up to where an inbox begins; nil when it is not known: a version without sums has moved it.
local function digestAt(user, base)
  if base == 0 then return 0 end
  local at, sum = string.match(redis.call('HGET', user, 'sum') or '', '^(%d+) (%d+)$')
  if tonumber(at or -1) == base then return tonumber(sum) end
end
