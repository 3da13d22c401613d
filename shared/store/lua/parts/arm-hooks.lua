-- armHooks: lets the next event of a room make its hooks due (`wake-hooks`). The rules of a room that the host keeps
-- outlive `delivered`, where that is noted. A hook that has ended is not armed: nothing looks at it any more.
local function armHooks(dirty, delivered, rules, room)
  local hooks, armed = string.gsub(dirty, 'dirty:{', 'hooks:{'), ''
  for _, field in ipairs(redis.call('HKEYS', rules)) do
    local id = string.match(field, '^out:(.+)$')
    if id and redis.call('ZSCORE', hooks, room .. ' ' .. id) then armed = armed .. ' ' .. id end
  end
  if armed ~= '' then redis.call('HSET', delivered, 'hooks', armed) end
end
