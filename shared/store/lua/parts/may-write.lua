-- mayWrite: whether a user may write a message or a value into a room.
-- slow: a key that exists while slow mode makes the user wait. write: id, ownerHash, filterHash (of the filter that was
-- applied), verdict (of that filter: 'links', 'hold' or ''), isValue, isOwn (a value of the user's own), isOfRoles (a
-- value that only roles write, whatever the rules). Returns
--   why not: what maySpeak says, {'values'}, {'muted', ms}, {'filter', the room's filter}, {'links'} or {'slow', ms};
--     else nil
--   true when no rule binds the user (owner, role)
--   the id of the only user who may see it: the writer, when it is muted without being told; else nil
--   ms of the room's slow mode, when it binds the user
--   ms of the room's delay, when it binds the user
local function mayWrite(rules, slow, write)
  local denied, free, muted, quiet, filter, pause, writers, delay =
    maySpeak(rules, write.id, write.ownerHash, 'filter', 'slow', 'values', 'delay')
  if denied or free then return denied, free end
  local mayBeWritten = not write.isOfRoles and writers ~= 'roles' and (writers ~= 'own' or write.isOwn)
  if write.isValue and not mayBeWritten then return {'values'} end
  if muted > 0 and quiet == '' then return {'muted', muted} end
  if string.match(filter or '', '^%x*') ~= write.filterHash then return {'filter', filter or ''} end
  if write.verdict == 'links' then return {'links'} end
  local wait = slowModeWait(slow, pause)
  if wait > 0 then return {'slow', wait} end
  return nil, false, muted > 0 and write.id or nil, pause, delay
end
