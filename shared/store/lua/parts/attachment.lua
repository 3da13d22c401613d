-- An attachment is a text that says where a user polls: 'way:instance:n'. The way is 'live', 'blocking', or 'none' when
-- no poll waits. n is the number of the user's latest attach.
local function attachmentText(way, instance, n) return way .. ':' .. instance .. ':' .. n end
-- parseAttachment: returns way, instance and n (as text), or nil for a user without an attachment.
local function parseAttachment(text) return string.match(text or '', '^(%a+):(%w+):(%d+)$') end
