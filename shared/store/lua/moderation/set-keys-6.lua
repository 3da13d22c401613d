-- with clock, log, give-role, moderation
-- set-keys: the owner makes a key of the room anew, or switches it off. The former key ends. The roles of moderators
-- end with the key that gave them, and everybody is told.
-- KEYS
--   rules, roster, log, delivered, dirty
--   publicRooms: of this shard
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   auditEntry: JSON without its time
--   memberKey, moderatorKey: SHA-256 of the new key, '-' to switch it off, '' to leave it
--   memberHead, moderatorHead: the first characters of the new key
--   eventHead: the beginning of the text of a `moderator` event, up to its user
-- Returns 'ok' or 'not_owner'.
-- Bound: the rules' fields (600), 20 events and 100 audit entries.
local rules, roster, log, delivered, dirty, publicRooms = unpack(KEYS)
local user, ownerHash, room, auditEntry, memberKey, moderatorKey, memberHead, moderatorHead, eventHead =
  unpack(ARGV)

local function setKey(field, hash, head)
  if hash == '-' then
    redis.call('HDEL', rules, field, field .. 'Head')
  elseif hash ~= '' then
    redis.call('HSET', rules, field, hash, field .. 'Head', head)
  end
end

-- JSON text as `scriptSafeJson` makes it.
local function safeJson(text)
  local json = string.gsub(cjson.encode(text), '[<>]', {['<'] = '\\u003c', ['>'] = '\\u003e'})
  return (string.gsub(json, '\226\128([\168\169])', {['\168'] = '\\u2028', ['\169'] = '\\u2029'}))
end

local function endRolesByKey()
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    local id = string.match(field, '^keyed:(%d+)$')
    local role = id and redis.call('HGET', rules, 'role:' .. id)
    if id then redis.call('HDEL', rules, field) end
    if role == 'moderator' then
      redis.call('HDEL', rules, 'role:' .. id)
      local name = redis.call('HGET', roster, id) or ''
      local text = eventHead .. ',"user":{"id":' .. id .. ',"name":' .. safeJson(name) .. '},"on":false}'
      appendEvent(log, delivered, dirty, room, text)
    end
  end
end

local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, 'owner', '')
if denied then return denied end
setKey('memberKey', memberKey, memberHead)
setKey('moderatorKey', moderatorKey, moderatorHead)
if moderatorKey ~= '' then endRolesByKey() end
if memberKey ~= '' then listRoom(publicRooms, rules, room, redis.call('HLEN', roster)) end
addAuditEntry(rules, now(), auditEntry)
return 'ok'
