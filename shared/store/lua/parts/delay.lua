-- Delayed messages wait until others may see them. The list `delayed` of a room has them, oldest first: the id under
-- which one waits, when it is due (ms), the only user who may see it or '-', and its text. The sorted set `delayed` of
-- the shard has the rooms, by when their first message is due.
-- delayedKeys: both keys. keys.ts names them, too.
local function delayedKeys(keys)
  return (string.gsub(keys.log, 'log$', 'delayed')), (string.gsub(keys.dirty, 'dirty:{', 'delayed:{'))
end
-- releaseMessage: puts a message that waited under `id` into the log, for all members, or for `only`. Returns its log
-- id.
local function releaseMessage(keys, room, id, text, only)
  local released = string.sub(text, 1, -2) .. ',"held":"' .. id .. '"}'
  return appendEvent(keys.log, keys.delivered, keys.dirty, room, released, only)
end
