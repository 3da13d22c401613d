-- isPassing: whether events of this type leave the log when all members have them. They are no history, and push no
-- messages out of the log. PASSING in fan-out.ts has them, too.
local passing = {value = true, delayed = true, held = true, reported = true, edited = true, reacted = true}
local function isPassing(kind) return passing[kind] == true end
