-- with clock, give-role, moderation
-- overview: what moderators may read of a room.
-- KEYS
--   rules, roster, pending
-- ARGV
--   user: id of the user who asks
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   bytesMax: the most bytes of messages that wait for approval, 0 for none of them
-- Returns {} for a user without a role, or {role, now in ms, {field, value, ...} of the rules, {'id text', ...} of the
-- messages that wait, how many wait}.
-- Bound: the rules (200 mutes, 200 bans, 100 roles, 100 words, 100 audit entries: 200 KB), bytesMax and five messages
-- more.
local rules, roster, pending = unpack(KEYS)
local user, ownerHash, bytesMax = unpack(ARGV)
local role = roleOf(rules, roster, user, ownerHash)
if not role then return {} end

local function readPending(step)
  local messages, bytesLeft = {}, tonumber(bytesMax)
  while bytesLeft > 0 do
    local slice = redis.call('LRANGE', pending, #messages, #messages + step - 1)
    for _, message in ipairs(slice) do
      bytesLeft = bytesLeft - #message
      if bytesLeft < 0 and #messages > 0 then return messages end
      messages[#messages + 1] = message
    end
    if #slice < step then break end
  end
  return messages
end

return {role, now(), redis.call('HGETALL', rules), readPending(5), redis.call('LLEN', pending)}
