-- govern: something a room's owner does: checked, done, told to the room and written down together.
-- KEYS  1 rules  2 log  3 delivered  4 dirty
-- ARGV  1 SHA-256 of the owner's token  2 room  3 line for the owner's list  4 event text, '' for none
--       5 'remove', 'clear', 'set' or 'note'  6.. for remove: log id; for set: field, value, ... ('' removes the field; 'in ms' is
--       a time from now on)
-- Gives 'ok', 'not_owner' or 'no_such_event'.
local rules, log, delivered, dirty = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local held = {}
local flat = redis.call('HGETALL', rules)
for i = 1, #flat, 2 do held[flat[i]] = flat[i + 1] end
if held.owner ~= ARGV[1] then return 'not_owner' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for field, value in pairs(held) do
  if string.find(field, ':', 1, true) and tonumber(value) < now then redis.call('HDEL', rules, field) end -- mutes and bans that are over
end
if ARGV[5] == 'remove' then
  local entry = redis.call('XRANGE', log, ARGV[6], ARGV[6])[1]
  if not entry or not string.find(entry[2][4], '^{"type":"message"') then return 'no_such_event' end
  redis.call('XDEL', log, ARGV[6])
elseif ARGV[5] == 'clear' then
  redis.call('XTRIM', log, 'MAXLEN', 0) -- keeps the last id: none is given twice
  redis.call('HSET', delivered, 'through', redis.call('HGET', delivered, 'appended') or 0)
elseif ARGV[5] == 'set' then
  for i = 6, #ARGV, 2 do
    local from = string.match(ARGV[i + 1], '^in (%d+)$')
    if ARGV[i + 1] == '' then redis.call('HDEL', rules, ARGV[i])
    else redis.call('HSET', rules, ARGV[i], from and string.format('%d', now + from) or ARGV[i + 1]) end
  end
end
local lines = {}
for line in string.gmatch(held.audit or '', '[^\n]+') do lines[#lines + 1] = line end
lines[#lines + 1] = '{"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[3], 2)
redis.call('HSET', rules, 'audit', table.concat(lines, '\n', math.max(1, #lines - 99)))
if ARGV[4] ~= '' then
  local number = redis.call('HINCRBY', delivered, 'appended', 1)
  local id = redis.call('XADD', log, '*', 'i', number, 'e', ARGV[4])
  redis.call('ZADD', dirty, 'NX', string.match(id, '^%d+'), ARGV[2])
end
return 'ok'
