-- with clock, nicks
-- release-nick: gives back a nickname that was held by `reserve-nick` and was not taken since. It is kept again if it
-- was kept before.
-- KEYS
--   holders
-- ARGV
--   nick: the folded name
--   record: 'id ends', as it was held
-- Returns 1 when it was still held, else 0.
-- Bound: a few fields.
local holders = unpack(KEYS)
local nick, record = unpack(ARGV)
local held = parseRecord(redis.call('HGET', holders, nick))
if not held or held.id .. ' ' .. held.ends ~= record then return 0 end
giveBackNick({holders = holders}, nick, held)
return 1
