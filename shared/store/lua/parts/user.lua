-- checkUser: whether a user exists, has not ended and has this token (nil: any token will do).
-- Returns true and the fields of the user's hash that were asked for (false for an absent one), or only false.
local function checkUser(user, tokenHash, ...)
  local row = redis.call('HMGET', user, 'token', 'ended', ...)
  if not row[1] or row[2] or tokenHash and row[1] ~= tokenHash then return false end
  return true, unpack(row, 3)
end
