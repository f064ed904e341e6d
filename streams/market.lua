-- Entries of sellers in one market: the newest of each seller stays, and the caps hold after every single entry.
--
-- KEYS  the market
-- ARGV  most sellers, most young sellers, youth in microseconds; then seller id, entry, seller id, entry ...
--
-- An entry begins with three big-endian int64: time, sequence, registered (microseconds, a number, microseconds).
-- Each is read as two halves, because a Lua number holds 53 bits. Ids are compared byte by byte, because `<`
-- on strings follows the locale.

local market = KEYS[1]
local most, most_young, youth_us = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local function is_newer(entry, old)
  local a1, a2, a3, a4 = struct.unpack('>i4I4i4I4', entry)
  local b1, b2, b3, b4 = struct.unpack('>i4I4i4I4', old)
  if a1 ~= b1 then return a1 > b1 end
  if a2 ~= b2 then return a2 > b2 end
  if a3 ~= b3 then return a3 > b3 end
  return a4 > b4
end

local function id_is_less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- Whether the entry is of a young seller, and the halves of its time.
local function age(entry)
  local high, low, _, _, registered_high, registered_low = struct.unpack('>i4I4i4I4i4I4', entry)
  return (high - registered_high) * 4294967296 + (low - registered_low) < youth_us, high, low
end

-- How many are young, how many established, and the id of the oldest in each group.
local function survey()
  local stored = redis.call('HGETALL', market)
  local number, oldest = { [true] = 0, [false] = 0 }, {}
  local oldest_high, oldest_low = {}, {}
  for i = 1, #stored, 2 do
    local young, high, low = age(stored[i + 1])
    number[young] = number[young] + 1
    local so_far, so_far_low = oldest_high[young], oldest_low[young]
    if not so_far or high < so_far or high == so_far
      and (low < so_far_low or low == so_far_low and id_is_less(stored[i], oldest[young])) then
      oldest[young], oldest_high[young], oldest_low[young] = stored[i], high, low
    end
  end
  return number, oldest
end

local function hold_caps()
  local number, oldest = survey()
  while number[true] > most_young or number[true] + number[false] > most do
    local young = number[true] > most_young
    redis.call('HDEL', market, oldest[young])
    number[young] = number[young] - 1
    -- the second oldest is asked for only where caps have been lowered since
    if number[true] > most_young or number[true] + number[false] > most then
      number, oldest = survey()
    end
  end
end

for i = 4, #ARGV, 2 do
  local id, entry = ARGV[i], ARGV[i + 1]
  local old = redis.call('HGET', market, id)
  if not old or is_newer(entry, old) then
    redis.call('HSET', market, id, entry)
    local joins_young = age(entry) and not (old and age(old))
    if joins_young or not old then
      local sellers = redis.call('HLEN', market)
      if sellers > most or (joins_young and sellers > most_young) then
        hold_caps()
      end
    end
  end
end
