-- endReports: ends the reports of a message. state: what stays of them, or nil. Returns whether there were any.
local function endReports(rules, messageId, state)
  local lines, found = {}, false
  for line in string.gmatch(redis.call('HGET', rules, 'reports') or '', '[^\n]+') do
    if string.match(line, '^%S+') ~= messageId then
      lines[#lines + 1] = line
    else
      found = true
      if state then lines[#lines + 1] = messageId .. ' ' .. state end
    end
  end
  if found then redis.call('HSET', rules, 'reports', table.concat(lines, '\n')) end
  return found
end
