-- Reactions to messages. The hash `reactions` of a room has a text for each message, by its log id. Its first line says
-- when its last `reacted` event was (ms), the heat of that event, whether something has changed since ('1' or '0'), and
-- who has changed it, as JSON. Then comes a line for each emoji, in the order in which they came: the emoji, how many
-- users, and for each user a tab, its id, a space and its name as JSON.
-- `reacted` events are conflated: each has all reactions of its message. The first comes at once. The hotter a message
-- is, the longer the next one waits, 30 s at most: 20 events take six minutes. The sorted set `reacted` of the shard
-- has the messages that are due, as 'room id', by the time when they are.
local coolMs = 30000 -- the longest wait, and the time in which one degree of heat goes
-- dueKey: this sorted set. keys.ts names it, too.
local function dueKey(dirty) return (string.gsub(dirty, 'dirty:{', 'reacted:{')) end
-- parseReactions: the reactions of a message, from their text; '' for none.
local function parseReactions(text)
  local last, heat, changed, from = string.match(text, '^(%d+) (%d+) (%d) ([^\n]*)')
  local state = {last = tonumber(last or 0), heat = tonumber(heat or 0), changed = changed == '1', from = from}
  for emoji, count, users in string.gmatch(text, '\n([^ \n]+) (%d+)([^\n]*)') do
    state[#state + 1] = {emoji = emoji, count = tonumber(count), users = users}
  end
  return state
end
-- reactionsJson: the reactions as JSON: of each emoji the count, and its first ten users, or fewer where that would be
-- more than 8 KB of names in all: a message must not grow much by reactions. reader: the user who reads them, or nil.
local function reactionsJson(state, reader)
  local parts, bytesLeft = {}, 8192
  for i, line in ipairs(state) do
    local users = {}
    for id, name in string.gmatch(line.users, '\t(%d+) ([^\t]+)') do
      bytesLeft = bytesLeft - #id - #name - 16
      if bytesLeft < 0 then break end
      users[#users + 1] = '{"id":' .. id .. ',"name":' .. name .. '}'
      if #users == 10 then break end
    end
    local isMine = reader and string.find(line.users, '\t' .. reader .. ' ', 1, true)
    parts[i] = '{"emoji":"' .. line.emoji .. '","count":' .. line.count
      .. ',"users":[' .. table.concat(users, ',') .. (isMine and '],"mine":true}' or ']}')
  end
  return '[' .. table.concat(parts, ',') .. ']'
end
-- withReactions: the text of a message with its reactions, as `reader` sees them.
local function withReactions(reactions, id, text, reader)
  local state = parseReactions(redis.call('HGET', reactions, id) or '')
  if #state == 0 then return text end
  return string.sub(text, 1, -2) .. ',"reactions":' .. reactionsJson(state, reader) .. '}'
end

-- removeUser: takes a user out of a line of the reactions. Returns whether it was there.
local function removeUser(state, place, user)
  local line = state[place]
  local first, last = string.find(line.users, '\t' .. user .. ' [^\t]*')
  if not first then return false end
  line.users = string.sub(line.users, 1, first - 1) .. string.sub(line.users, last + 1)
  line.count = line.count - 1
  if line.count == 0 then table.remove(state, place) end
  return true
end

-- keepReactions: writes the reactions of a message, nil for none. former: their text until now, '' for none.
local function keepReactions(reactions, id, former, state)
  local text
  if state then
    local lines = {string.format('%d %d %d ', state.last, state.heat, state.changed and 1 or 0) .. state.from}
    for _, line in ipairs(state) do lines[#lines + 1] = line.emoji .. ' ' .. line.count .. line.users end
    text = table.concat(lines, '\n')
    redis.call('HSET', reactions, id, text)
  elseif former ~= '' then
    redis.call('HDEL', reactions, id)
  end
  local bytes = (text and #id + #text or 0) - (former ~= '' and #id + #former or 0)
  addReactionBytes(reactions, bytes)
end
