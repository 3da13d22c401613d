-- above: whether a log id is above another.
local function above(a, b)
  if a == b then return false end
  local aMs, aSequence = string.match(a, '(%d+)-(%d+)')
  local bMs, bSequence = string.match(b, '(%d+)-(%d+)')
  if aMs ~= bMs then return tonumber(aMs) > tonumber(bMs) end
  return tonumber(aSequence) > tonumber(bSequence)
end
