-- A move is an entry or an exit of a user. The user's shard gives it a number, and keeps it under `moves` until it is
-- done.
-- moveText: how a move is written there.
local function moveText(id, number, room) return id .. ' ' .. string.format('%d', number) .. ' ' .. room end
-- beginMove: begins a move and returns its number, which is above all earlier ones of the user. It goes by the clock
-- too, because a failover may lose the last numbers.
local function beginMove(user, moves, id, room)
  local at = now()
  local number = math.max(at, tonumber(redis.call('HGET', user, 'move') or 0) + 1)
  redis.call('HSET', user, 'move', string.format('%d', number))
  redis.call('ZADD', moves, at, moveText(id, number, room))
  return number
end
-- leavingField: the field under which `leaving` marks a member that has exited and still gets some events. The mark is
-- '<number of the exit> <log id up to which it gets them>'; the log id is '' until it is known.
local function leavingField(id, room) return id .. ' ' .. room end
-- parseMark: returns number and log id of a mark (both text), or nil for none.
local function parseMark(mark) return string.match(mark or '', '^(%d+) (%S*)$') end
