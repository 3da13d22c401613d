-- ownMessage: a message that its author wants to change. Returns why not: {'no_such_event'}, {'foreign'} or {'late'};
-- else nil, its text in the log, and the only user who sees it, or nil. ttl: ms for which an author may change it.
local function ownMessage(log, id, user, ttl)
  local entry = redis.call('XRANGE', log, id, id)[1]
  if not entry or entry[1] ~= id then return {'no_such_event'} end -- Redis also takes 01-1 for 1-1
  local text, only = entry[2][4], entry[2][6]
  local author = authorOf(text)
  if not author or only and only ~= user then return {'no_such_event'} end
  if author ~= user then return {'foreign'} end
  if now() - string.match(id, '^%d+') >= tonumber(ttl) then return {'late'} end
  return nil, text, only
end
