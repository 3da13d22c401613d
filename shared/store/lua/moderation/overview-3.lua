-- with clock, roles, moderation
-- overview: what those who keep a room in order may read of it.
-- KEYS  1 rules  2 roster  3 messages that wait for approval
-- ARGV  1 user id  2 SHA-256 of the owner's token that was given, '' for none  3 most bytes of what waits, 0 for none of it
-- Gives {} to who has no role, or {role, now in ms, {field, value, ...} of the rules, {'id text', ...} of what waits, how many wait}.
-- Bound: the rules (200 mutes, 200 bans, 100 roles, 100 words, 100 acts: 200 KB), ARGV 3 and five messages more.
local role = roleOf(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
if not role then return {} end
local held, room, step = {}, tonumber(ARGV[3]), 5
while room > 0 do
  local slice = redis.call('LRANGE', KEYS[3], #held, #held + step - 1)
  for _, one in ipairs(slice) do
    room = room - #one
    if room < 0 and #held > 0 then break end
    held[#held + 1] = one
  end
  if #slice < step then break end
end
return {role, now(), redis.call('HGETALL', KEYS[1]), held, redis.call('LLEN', KEYS[3])}
