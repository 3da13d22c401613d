-- with clock, above, user, moves
-- exited: the last step of leaving a room, on the user's shard. A user that has all it is owed is no member any more.
-- Another one stays, and `deliver` lets it go. The last member takes the shard's position along, so that a later member
-- does not start from an old one.
-- KEYS
--   user, rooms, members, position
--   moves: under way
--   leaving
-- ARGV
--   id, room
--   number: of the move, '' for a user that has ended and did not begin one
--   bound: log id up to which the user gets the room's events, '' for nothing more
--   forgotten: for an ended user '1' if what it has said in the room has gone, else ''
-- Returns 1 when the user still gets something, else 0.
-- Bound: a few fields.
local user, rooms, members, position, moves, leaving = unpack(KEYS)
local id, room, number, bound, forgotten = unpack(ARGV)
local field = leavingField(id, room)

local function removeMember()
  redis.call('ZREM', members, id)
  redis.call('HDEL', leaving, field)
  if redis.call('EXISTS', members) == 0 then redis.call('DEL', position) end
end

-- The log id up to which the user has the room's events.
local function reached()
  local at, through, last = string.match(redis.call('GET', position) or '0-0', '^(%S+) ?(%S*) ?(%S*)$')
  return through ~= '' and tonumber(id) <= tonumber(last) and through or at
end

-- Completes the mark of this exit, or removes the member. The mark of a later exit belongs to that one; the process of
-- an earlier exit may have died. Returns whether the user stays, and the number of the mark.
local function settleMark()
  local marked, former = parseMark(redis.call('HGET', leaving, field))
  if not marked or tonumber(marked) > tonumber(number) then return false, marked end
  if bound == '' then
    if tonumber(marked) == tonumber(number) then removeMember() end
    return false, marked
  end
  if former ~= '' and above(bound, former) then bound = former end
  -- a version without marks may have let it go
  local stays = redis.call('ZSCORE', members, id) and above(bound, reached())
  if stays then redis.call('HSET', leaving, field, marked .. ' ' .. bound) else removeMember() end
  return stays, marked
end

if not checkUser(user, nil) then
  removeMember()
  -- A room of which only an earlier exit is done stays: the user has entered it again, and its end is still to go
  -- there. So does a room where the user is still to be forgotten.
  if number ~= '' then
    redis.call('ZREM', moves, moveText(id, number, room))
  elseif forgotten ~= '' or redis.call('HEXISTS', user, 'forget') == 0 then
    redis.call('SREM', rooms, room)
  end
  return 0
end
local stays, marked = settleMark()
local move = moveText(id, number, room)
if stays and tonumber(marked) == tonumber(number) then
  redis.call('ZADD', moves, 'XX', now(), move)
else
  redis.call('ZREM', moves, move)
end
return stays and 1 or 0
