-- A move is an entry or an exit of a user. The user's shard gives it a number and keeps it among the moves that are under way until it is done.
-- moveOf: how a move is written there.
local function moveOf(id, number, room) return id .. ' ' .. string.format('%d', number) .. ' ' .. room end
-- nextMove: begins a move and returns its number, which is above all former ones of the user. It goes by the clock too, because a failover
-- may lose the last numbers.
local function nextMove(user, moves, id, room)
  local time = now()
  local number = math.max(time, tonumber(redis.call('HGET', user, 'move') or 0) + 1)
  redis.call('HSET', user, 'move', string.format('%d', number))
  redis.call('ZADD', moves, time, moveOf(id, number, room))
  return number
end
-- markOf: how a member that has exited is found among those that are still to be given something.
local function markOf(id, room) return id .. ' ' .. room end
