-- with clock, entry
-- admit: whether somebody may enter a room, before anything is done for it; `enter-room` looks again.
-- KEYS  1 rules  2 roster
-- ARGV  1 id, '' for who is no user yet  2 folded name, '' for a guest name  3 and 4 hashes of the address  5 SHA-256 of the owner token
--       that was given, '' for none  6 '1' for a room that only the host opens
-- Gives {} or why not, as `enter-room` does.
-- Bound: 200 bans (50 KB).
if ARGV[1] ~= '' and redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return {} end
return refuseEntry(KEYS[1], ARGV[1], ARGV[2], {ARGV[3], ARGV[4]}, ARGV[5], ARGV[6]) or {}
