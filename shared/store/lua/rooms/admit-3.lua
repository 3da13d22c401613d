-- with clock, may-enter, nicks
-- admit: whether somebody may enter a room, before anything is done for it. `enter-room` looks again.
-- KEYS
--   rules, roster, holders
-- ARGV
--   id: '' for somebody who is no user yet
--   nick: the folded name
--   addressToday, addressYesterday: hashes of the address, by the salts of these days, '' for none
--   ownerHash, keyHash: SHA-256 of the owner's token and of the key that were given, '' for none
--   isReserved: '1' for a room that only the operator opens, else ''
--   isGuest: '1' for somebody without a name of its own, else ''
--   secretHash, from: as of `enter-room`
-- Returns {}, or why not, as `enter-room` does.
-- Bound: 200 bans (50 KB).
local rules, roster, holders = unpack(KEYS)
local id, nick, addressToday, addressYesterday, ownerHash, keyHash, isReserved, isGuest, secretHash, from =
  unpack(ARGV)
if id ~= '' and redis.call('HEXISTS', roster, id) == 1 then return {} end
local who = {
  id = id,
  nick = nick,
  addresses = {addressToday, addressYesterday},
  ownerHash = ownerHash,
  keyHash = keyHash,
  isGuest = isGuest,
  secretHash = secretHash,
}
local denied = denyEntry(rules, who, isReserved == '1')
return denied or denyNick({roster = roster, holders = holders}, who, from) or {}
