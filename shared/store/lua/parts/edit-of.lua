-- authorOf: the id of the user who wrote a message, or nil if the entry of the log is no message.
local function authorOf(text)
  return string.match(text, '^{"type":"message","room":"[^"]*","from":{"id":(%-?%d+)[,}]')
end
-- editOf: what `edits` has of a message, as a reader sees it, or ''.
local function editOf(log, id, text, reader)
  local edits = overlayKey(log, 'edits')
  local own = authorOf(text) == reader and redis.call('HGET', edits, id .. ' q')
  return own or redis.call('HGET', edits, id) or ''
end
