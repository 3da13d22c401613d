-- with clock, may-speak
-- may-speak: whether a user may say something in a room that is not appended to its log.
-- KEYS
--   rules
-- ARGV
--   id
-- Returns 1 or 0.
-- Bound: a few fields.
local rules = unpack(KEYS)
local id = unpack(ARGV)
local denied, free, muted, _, hold = maySpeak(rules, id, '', 'hold')
return not denied and (free or muted == 0 and hold ~= 'all') and 1 or 0
