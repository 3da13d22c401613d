-- takeRate: one step of the generic cell rate algorithm (GCRA, ITU-T I.371), which keeps one number: the theoretical
-- arrival time. stored: that number (false at first). at: the time now. cost: ms of the rate that this call takes.
-- burst: ms that may be taken at once. A call that costs more than the burst needs all of it, and later calls wait for
-- the rest. Returns ms to wait; or nil and the new number, which the caller stores.
local function takeRate(stored, at, cost, burst)
  local arrival = math.max(tonumber(stored or 0), at)
  local wait = arrival + math.min(cost, burst) - at - burst
  if wait > 0 then return wait end
  return nil, arrival + cost
end
