-- with clock, nicks
-- index-nicks: writes the nicknames of members that came, renamed themselves or went by a process of a former version.
-- KEYS
--   roster, holders, nicks
-- ARGV
--   action: 'add' for members, 'remove' for users that are not in the roster
-- ARGV for each user
--   id
--   name: as the roster had it, '' to remove
--   nick: the folded name, or the one that it had
-- Returns 1. A user whose name has changed since, or that has come or gone, is left alone. Of two members with one
-- nickname, one holds it, and the other one goes on with it.
-- Bound: a few fields for each user.
local roster, holders, nicks = unpack(KEYS)
local action = unpack(ARGV, 1, 1)
local keys = {roster = roster, holders = holders, nicks = nicks}

local function add(id, nick)
  local former = redis.call('HGET', nicks, id)
  if former and former ~= nick then freeNick(keys, id, former) end
  redis.call('HSET', nicks, id, nick)
  if not holderOf(keys, nick) then redis.call('HSET', holders, nick, id) end
end

local function remove(id, nick)
  redis.call('HDEL', nicks, id)
  if not holderOf(keys, nick) then freeNick(keys, id, nick) end
end

for i = 2, #ARGV, 3 do
  local id, name, nick = unpack(ARGV, i, i + 2)
  local current = redis.call('HGET', roster, id)
  if action == 'add' and current == name then add(id, nick) end
  if action == 'remove' and not current then remove(id, nick) end
end
if action == 'add' then
  renewNicks(keys)
  dropEndedNicks(keys)
end
return 1
