-- authorize: checks a user's token and, where asked, its membership and rate. See the script `authorize`.
-- asked: what the script is given. Returns its reply and, if the call costs something, the fields of the user's hash
-- that charge it.
local function authorize(user, rooms, seen, asked)
  local valid, name, rate, said, public, only =
    checkUser(user, asked.tokenHash, 'name', asked.rateField, 'said', 'public', 'only')
  if not valid then return {'unauthorized'} end
  local room = asked.room
  if room == '' then
    if public ~= '1' or not only or redis.call('SISMEMBER', rooms, only) == 0 then
      return {'which_room', tonumber(public or 0)}
    end
    room = only
  elseif room ~= '*' then
    if redis.call('SISMEMBER', rooms, room) == 0 then return {'not_in_room'} end
    if public == '1' and only ~= room and not string.find(room, ':', 1, true) then
      redis.call('HSET', user, 'only', room)
    end
  end
  local at = now()
  redis.call('ZADD', seen, at, asked.id)
  local cost, textHash, nonce = tonumber(asked.cost), asked.textHash, asked.nonce
  if cost == 0 then return {'ok', name, room} end
  if textHash ~= '' then
    local former, formerAt, formerNonce = string.match(said or '', '^(%d+) (%d+) (%S*)$')
    local isRepeated = former == textHash and at - formerAt < tonumber(asked.repeatedWithin)
    if isRepeated and (formerNonce == '' or formerNonce ~= nonce) then cost = tonumber(asked.repeatedCost) end
  end
  local wait, arrival = takeRate(rate, at, cost, tonumber(asked.burst))
  if wait then return {'rate_limited', wait} end
  local charge = {asked.rateField, arrival}
  if textHash ~= '' then
    charge[3], charge[4] = 'said', textHash .. ' ' .. string.format('%d', at) .. ' ' .. nonce
  end
  return {'ok', name, room}, charge
end
