-- muteLeft: returns for how many ms a mute still lasts (0: it is over), and 'q' when its user is not told, else ''.
-- mute: the field of the rules, '<until>[ q]<tab><name>', or false.
local function muteLeft(mute)
  local ends, quiet = string.match(mute or '', '^(%d+) ?(q?)')
  return ends and math.max(0, ends - now()) or 0, quiet
end
-- hasVoice: whether a user may speak although the room is read-only. voices: the field `voice`, or false.
local function hasVoice(voices, id) return voices and string.find(voices, ',' .. id .. ',', 1, true) ~= nil end
-- isHook: whether an id is that of an incoming webhook. The owner has made it, so it may speak in a read-only room.
local function isHook(rules, id) return redis.call('HEXISTS', rules, 'hook:' .. id) == 1 end
-- maySpeak: whether a room's rules let a user speak. Returns
--   why not: {'off'}, {'read_only'} or {'closed'}; else nil
--   true when no rule binds the user, because it owns the room or has a role there
--   for how many ms the user is still muted, and 'q' when it is not told
--   the other fields of the rules that were asked for
local function maySpeak(rules, id, ownerHash, ...)
  local row = redis.call('HMGET', rules, 'off', 'owner', 'role:' .. id, 'readonly', 'closed', 'mute:' .. id, ...)
  local off, owner, role, readonly, closed, mute = unpack(row, 1, 6)
  if off then return {'off'} end
  if role or owner and owner == ownerHash then return nil, true end
  if readonly and not hasVoice(redis.call('HGET', rules, 'voice'), id) and not isHook(rules, id) then
    return {'read_only'}
  end
  if closed then return {'closed'} end
  local muted, quiet = muteLeft(mute)
  return nil, false, muted, quiet, unpack(row, 7)
end
