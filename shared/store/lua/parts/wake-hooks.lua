-- wakeHooks: the hooks of a room are due, because it has new events. `delivered` has the field `hooks` in a room with
-- hooks: the ids of those that wait for events, with spaces between. A hook that has something to send already, or that
-- waits for its receiver, is not among them. So it costs fan-out nothing. armed: the field. at: ms since 1970. Returns
-- the ids.
local function wakeHooks(dirty, delivered, room, armed, at)
  if armed == '' then return '' end
  redis.call('HSET', delivered, 'hooks', '')
  local hooks = string.gsub(dirty, 'dirty:{', 'hooks:{')
  for id in string.gmatch(armed, '%S+') do redis.call('ZADD', hooks, at, room .. ' ' .. id) end
  return armed
end
