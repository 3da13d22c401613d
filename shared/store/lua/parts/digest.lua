-- A cursor's digest says what its client has had up to its position, in whatever order that came: a sum of 28 bits of
-- each event's hash (an order-independent set hash, as AdHash).
-- digestWith: a digest with some more events.
local hashes = {} -- by the beginning of a text: in one call many users have the same events
local function digestWith(digest, texts)
  for _, text in ipairs(texts) do
    local head = string.sub(text, 1, 140) -- id, type and room are in it, and no two events have the same
    local hash = hashes[head]
    if not hash then
      hash = tonumber(string.sub(redis.sha1hex(head), 1, 7), 16)
      hashes[head] = hash
    end
    digest = digest + hash
  end
  return digest % 2147483648 -- DIGEST_MODULUS in inboxes.ts
end
-- digestAt: the digest where an inbox begins. Nil when it is not known, because a version without digests moved it.
-- sum: the field `sum` of the user's hash, '<base> <digest>', or false.
local function digestAt(sum, base)
  if base == 0 then return 0 end
  local at, digest = string.match(sum or '', '^(%d+) (%d+)$')
  if tonumber(at or -1) == base then return tonumber(digest) end
end
