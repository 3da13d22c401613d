-- with clock, give-role, moderation
-- set-hook: the owner makes an incoming webhook of the room, or ends one. The field `hook:<id>` of the rules has the
-- SHA-256 of its secret and its name.
-- KEYS
--   rules, roster
-- ARGV
--   user: id of the user who acts
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   auditEntry: JSON without its time
--   hook: the id
--   value: of the field, '' to end the webhook
--   hooksMax: the most webhooks of a room
-- Returns 'ok', 'not_owner', 'too_many' or 'no_hook' (there is none to end).
-- Bound: the rules' fields (600) and 100 audit entries.
local rules, roster = unpack(KEYS)
local user, ownerHash, auditEntry, hook, value, hooksMax = unpack(ARGV)
local denied = denyModeration(roleOf(rules, roster, user, ownerHash), rules, 'owner', '')
if denied then return denied end
if value == '' then
  if redis.call('HDEL', rules, 'hook:' .. hook) == 0 then return 'no_hook' end
else
  local count = 0
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    if string.find(field, '^hook:') then count = count + 1 end
  end
  if count >= tonumber(hooksMax) then return 'too_many' end
  redis.call('HSET', rules, 'hook:' .. hook, value)
end
addAuditEntry(rules, now(), auditEntry)
return 'ok'
