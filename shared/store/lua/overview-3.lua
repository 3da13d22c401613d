-- with time, rights
-- overview: what those who keep a room in order may read of it.
-- KEYS  1 rules  2 roster  3 messages that wait for approval
-- ARGV  1 user id  2 SHA-256 of the owner's token that was given, '' for none
-- Gives {} to who has no role, or {role, now in ms, {field, value, ...} of the rules, {'id text', ...} of what waits}.
local role = roleOf(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
if not role then return {} end
return {role, now(), redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[3], 0, -1)}
