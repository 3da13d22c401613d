-- takeBack: takes back all reactions of a user to some messages. Nothing stays of its name, and workers tell the room.
-- keys: {log, dirty}. Returns how many bytes it has looked at. A change takes as long as reading 1,000 of them.
local function takeBack(keys, room, ids, user)
  local reactions, bytes = overlayKey(keys.log, 'reactions'), 0
  if #ids == 0 or redis.call('EXISTS', reactions) == 0 then return 0 end
  for i, former in ipairs(redis.call('HMGET', reactions, unpack(ids))) do
    local state, had = parseReactions(former or ''), false
    for place = #state, 1, -1 do had = removeUser(state, place, user) or had end
    local isFrom = state.from and string.match(state.from, '^{"id":(%d+)') == user
    if isFrom then state.from = '{"id":0,"name":"host"}' end
    if had then
      state.changed = true
      redis.call('ZADD', dueKey(keys.dirty), string.format('%d', now()), room .. ' ' .. ids[i])
    end
    if had or isFrom then keepReactions(reactions, ids[i], former, state) end
    bytes = bytes + #(former or '') + (had and 1000 or 0)
  end
  return bytes
end
