-- noteCut: notes how many events a log has lost at its beginning. A hook that has not sent them yet says so. Does
-- nothing in a room without hooks.
local function noteCut(delivered, removed)
  if removed > 0 and redis.call('HEXISTS', delivered, 'hooks') == 1 then
    redis.call('HINCRBY', delivered, 'cut', removed)
  end
end
