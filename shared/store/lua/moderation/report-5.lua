-- with log, overlay
-- report: a member reports a message to the users with a role. They are told of the first report of a message. The
-- field `reports` has a line for each message: its log id, and the reporters (',12,57,') or 'ok' after a moderator has
-- approved it. Lines go when their message is no longer in the log.
-- KEYS
--   rules, roster, log, delivered, dirty
-- ARGV
--   id: of the user who reports
--   room
--   messageId: its log id
--   event: text of the `reported` event for each user with a role
--   reportsMax: messages that are reported at a time; beyond that, the oldest report goes
--   reportersMax: reporters of one message that are kept
--   ownMax: messages that one user has reported at a time
-- Returns 'ok', 'same' (it is reported already, or approved), 'not_in_room', 'no_such_event' or 'too_many'.
-- Bound: the messages that are reported (50, 12 KB each), their reports (20 ids each), the names of the rules' fields
-- (500) and an event.
local rules, roster, log, delivered, dirty = unpack(KEYS)
local id, room, messageId, event, reportsMax, reportersMax, ownMax = unpack(ARGV)
if redis.call('HEXISTS', roster, id) == 0 then return 'not_in_room' end
local entry = redis.call('XRANGE', log, messageId, messageId)[1]
local only = entry and entry[2][6]
local isMessage = entry and entry[1] == messageId and string.find(entry[2][4], '^{"type":"message"') -- not 01-1 for 1-1
if not isMessage or only and only ~= id then return 'no_such_event' end

-- The reports of messages that are still there: each as its line, the message's id and the reporters.
local function readReports()
  local reports = {}
  for line in string.gmatch(redis.call('HGET', rules, 'reports') or '', '[^\n]+') do
    local message, reporters = string.match(line, '^(%S+) (%S+)$')
    local isThere = redis.call('XRANGE', log, message, message)[1]
    if isThere then reports[#reports + 1] = {line, message, reporters} end
  end
  return reports
end

local lines, own, isKnown = {}, 0, false
for _, report in ipairs(readReports()) do
  local line, message, reporters = unpack(report)
  local isOwn = string.find(reporters, ',' .. id .. ',', 1, true)
  if isOwn then own = own + 1 end
  if message == messageId then
    local _, commas = string.gsub(reporters, ',', '')
    if reporters == 'ok' or isOwn or commas > tonumber(reportersMax) then return 'same' end
    line, isKnown = line .. id .. ',', true
  end
  lines[#lines + 1] = line
end
if own >= tonumber(ownMax) then return 'too_many' end
if not isKnown then lines[#lines + 1] = messageId .. ' ,' .. id .. ',' end
redis.call('HSET', rules, 'reports', table.concat(lines, '\n', math.max(1, #lines - reportsMax + 1)))
local edits = overlayKey(log, 'edits')
local edit = redis.call('HGET', edits, messageId)
if edit then redis.call('HSET', edits, messageId .. ' r', edit) end -- its author may give it a better text now
if isKnown then return 'ok' end
tellRoles({log = log, delivered = delivered, dirty = dirty, rules = rules}, room, event)
return 'ok'
