-- A hash of which the newest value of each field stays: flags by seller, tallies of a day.
--
-- KEYS  the hash
-- ARGV  field, value, field, value ...
--
-- Values begin with two big-endian int64 (time, sequence), each read as two halves: a Lua number holds 53 bits.

local function is_newer(value, old)
  local a1, a2, a3, a4 = struct.unpack('>i4I4i4I4', value)
  local b1, b2, b3, b4 = struct.unpack('>i4I4i4I4', old)
  if a1 ~= b1 then return a1 > b1 end
  if a2 ~= b2 then return a2 > b2 end
  if a3 ~= b3 then return a3 > b3 end
  return a4 > b4
end

for i = 1, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  if not old or is_newer(ARGV[i + 1], old) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
