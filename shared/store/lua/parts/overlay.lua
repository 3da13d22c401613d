-- The overlay of a log: what was said later about its messages, because an entry of a log cannot change. It goes when
-- its message goes. Beside `log` there are
--   overlaid: the ids of all messages that have something in the overlay, by their time
--   edits: message id -> 'log id of the `edited` event, the text as JSON'. 'id q': the same, by an author that is muted
--     without being told, who alone sees it. 'id r': what the message said when it was reported last, if it had an edit
--   reactions: message id -> its reactions, see the part `reactions`. 'bytes': how large all of them are, ids included
-- and beside the rooms `overlaid` of their shard: the rooms with an overlay.
local function overlayKey(log, key) return (string.gsub(log, 'log$', key)) end
local function overlayKeys(log)
  return {overlayKey(log, 'overlaid'), overlayKey(log, 'edits'), overlayKey(log, 'reactions')}
end
-- noteOverlay: a message has something in the overlay from now on.
local function noteOverlay(log, room, id)
  redis.call('ZADD', overlayKey(log, 'overlaid'), string.match(id, '^%d+'), id)
  redis.call('SADD', '<prefix>overlaid:' .. string.match(log, '{%w+}'), room)
end
-- addReactionBytes: notes by how much the reactions of a room have grown. Without any, there is no hash.
local function addReactionBytes(reactions, bytes)
  if redis.call('HINCRBY', reactions, 'bytes', bytes) <= 0 then redis.call('DEL', reactions) end
end
local function forgetReactions(reactions, ids)
  if redis.call('EXISTS', reactions) == 0 then return end
  local bytes = 0
  for _, id in ipairs(ids) do
    local length = redis.call('HSTRLEN', reactions, id)
    if length > 0 then bytes = bytes + #id + length end
  end
  if bytes == 0 then return end -- Redis takes no -0
  redis.call('HDEL', reactions, unpack(ids))
  addReactionBytes(reactions, -bytes)
end
-- forgetOverlay: removes what is there of messages that have left the log (500 at most).
local function forgetOverlay(log, ids)
  if #ids == 0 or redis.call('ZREM', overlayKey(log, 'overlaid'), unpack(ids)) == 0 then return end
  local fields = {}
  for _, id in ipairs(ids) do
    fields[#fields + 1] = id
    fields[#fields + 1] = id .. ' q'
    fields[#fields + 1] = id .. ' r'
  end
  redis.call('HDEL', overlayKey(log, 'edits'), unpack(fields))
  forgetReactions(overlayKey(log, 'reactions'), ids)
end
-- dropOverlay: removes all of it, for a log that is emptied.
local function dropOverlay(log) redis.call('UNLINK', unpack(overlayKeys(log))) end
