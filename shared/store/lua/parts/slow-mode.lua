-- Slow mode: a user that has written must wait. The key `slow` of user and room exists meanwhile.
-- slowModeWait: ms that the user must wait before it may write; 0 or less for none. pause: ms of the room's slow mode,
-- or nil for none.
local function slowModeWait(slow, pause) return pause and redis.call('PTTL', slow) or 0 end
-- beginSlowMode: the user has written, and waits from now on.
local function beginSlowMode(slow, pause)
  if pause then redis.call('SET', slow, 1, 'PX', pause) end
end
