-- with clock, log, give-role, moderation, value-weights, unpin, delay, overlay, end-reports, take-out
-- moderate-room: what moderators do about messages and rules of a room: checked, done, told to the room and written
-- into the audit log in one step.
-- KEYS
--   rules, roster, log, delivered, dirty, pending, values, ownValues
--   weights: rooms of the shard by the bytes of their values
--   publicRooms: of this shard
-- ARGV
--   user: id of the user who acts, '' for the operator
--   ownerHash: SHA-256 of the owner's token that was given, '' for none
--   room
--   leastRole: the role that it takes
--   auditEntry: JSON without its time
--   event: text of the event for the room, '' for none
--   action: 'remove', 'clear', 'clear-values', 'set', 'approve' or 'reject'
--   messageId: for 'remove' the log id, for 'approve' and 'reject' the id of a message that waits, for 'approve' also
--     the log id of a message that was reported, else ''
-- ARGV for each field
--   field: of the rules, for 'set'
--   value: '' removes the field
-- Returns {'ok'}, {'ok', log id of what was approved}, {'not_owner'}, {'no_such_event'} or {'off'}.
-- Bound: one event; or the messages that wait (300 of each kind, half a MB each); 100 audit entries. `clear` drops
-- whole blocks of the log and its overlay, unread. `clear-values` unlinks the values.
local rules, roster, log, delivered, dirty, pending, values, ownValues, weights, publicRooms =
  unpack(KEYS)
local user, ownerHash, room, leastRole, auditEntry, event, action, messageId = unpack(ARGV, 1, 8)

local actions = {}
local logKeys = {log = log, delivered = delivered, dirty = dirty, rules = rules}
local delayed, delayedRooms = delayedKeys(logKeys)

function actions.remove()
  local entry = redis.call('XRANGE', log, messageId, messageId)[1]
  if not entry or not string.find(entry[2][4], '^{"type":"message"') then return {'no_such_event'} end
  takeOut(logKeys, room, entry[1])
end

function actions.clear()
  redis.call('HDEL', rules, 'reports')
  redis.call('DEL', delayed)
  redis.call('XTRIM', log, 'MAXLEN', 0) -- keeps the last id: none is given twice
  dropOverlay(log)
  redis.call('HSET', delivered, 'through', redis.call('HGET', delivered, 'appended') or 0)
end

actions['clear-values'] = function()
  redis.call('UNLINK', values, ownValues)
  redis.call('HDEL', delivered, 'valueBytes')
  redis.call('ZREM', weights, room)
end

-- Also writes the filter that API instances apply to texts, with a hash by which an instance knows whether it has the
-- latest.
function actions.set()
  for i = 9, #ARGV, 2 do
    local field, value = unpack(ARGV, i, i + 1)
    -- what waits for its time comes before what is said without delay
    if field == 'delay' and value == '' and redis.call('EXISTS', delayed) == 1 then value = '0' end
    if value == '' then redis.call('HDEL', rules, field) else redis.call('HSET', rules, field, value) end
    if field == 'listed' then listRoom(publicRooms, rules, room, redis.call('HLEN', roster)) end
  end
  local links, words, hold = unpack(redis.call('HMGET', rules, 'links', 'words', 'hold'))
  if not links and not words and hold ~= 'all' then return redis.call('HDEL', rules, 'filter') and nil end
  local filter = '{"links":' .. (links and 'false' or 'true') .. ',"words":' .. (words or '[]')
    .. ',"hold":' .. (hold == 'all' and '"all"' or hold and 'true' or 'false') .. '}'
  redis.call('HSET', rules, 'filter', string.sub(redis.sha1hex(filter), 1, 12) .. ' ' .. filter)
end

-- Takes the message that is meant out of a list of what waits. Returns its text, or nil; and the only user whom it is
-- for, or nil.
local function takeFrom(list)
  for index = 0, redis.call('LLEN', list) - 1 do
    local message = redis.call('LINDEX', list, index)
    if string.match(message, '^%S+') == messageId then
      redis.call('LREM', list, 1, message)
      return string.match(message, '{.*$'), string.match(message, '^%S+ %d+ (%d+) {')
    end
  end
end

-- Users with a role see the message until they are told, and its author waits for it.
function actions.reject()
  local text = takeFrom(pending) or takeFrom(delayed)
  if not text then return {'no_such_event'} end
  tellRoles(logKeys, room, event, string.match(text, '"from":{"id":(%d+)'))
end

function actions.approve()
  if redis.call('HEXISTS', rules, 'off') == 1 then return {'off'} end -- nobody speaks there
  local text, only = takeFrom(pending)
  if not text then text, only = takeFrom(delayed) end
  if not text then return endReports(rules, messageId, 'ok') and {'ok', messageId} or {'no_such_event'} end
  return {'ok', releaseMessage(logKeys, room, messageId, text, only)}
end

local denied = user ~= '' and denyModeration(roleOf(rules, roster, user, ownerHash), rules, leastRole, '')
if denied then return {denied} end
local reply = actions[action]() or {'ok'}
if reply[1] ~= 'ok' then return reply end
addAuditEntry(rules, now(), auditEntry)
local id = event ~= '' and action ~= 'reject' and appendEvent(log, delivered, dirty, room, event)
if action == 'clear-values' then redis.call('HSET', delivered, 'valuesThrough', id) end
return reply
