-- One batch of one partition, whole or not at all. Redis checks memory and read-only state at the first write, and
-- the first write here is one that needs memory: what is refused has changed nothing.
--
-- KEYS  offsets, deadlines, outbox, lines, ended, then: keys to delete, cores to set, hashes to write, hashes to thin out
-- ARGV  epoch, fresh epoch, watermark, now, since when last lines are kept; then each list behind its length, in the
--       order in which it is read below
--
-- Epochs and offsets are compared as text: a Lua number is a double and would take neighbouring epochs for equal.

local SWEPT = 2 -- as in streams/store.py
local CHUNK = 5000 -- `unpack` fails near 8000 values; even, because fields and values travel in pairs

local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local function count()
  return tonumber(take())
end
local function pass_on(command, key, n)
  while n > 0 do
    local some = math.min(n, CHUNK)
    redis.call(command, key, unpack(ARGV, at + 1, at + some))
    at = at + some
    n = n - some
  end
end

local offsets, deadlines, outbox, lines, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local key_at = 5

local epoch, fresh_epoch, watermark, now, kept_since = take(), take(), take(), take(), take()
if redis.call('HGET', offsets, 'epoch') ~= epoch then
  return { 0, 'epoch' }
end
for _ = 1, count() do
  local topic, expected = take(), take()
  local stored = redis.call('HGET', offsets, topic) or ''
  if stored ~= expected then
    return { 0, topic, stored }
  end
end

redis.call('HSET', offsets, 'epoch', fresh_epoch)
if tonumber(watermark) > tonumber(redis.call('HGET', offsets, 'watermark') or '0') then
  redis.call('HSET', offsets, 'watermark', watermark)
end
pass_on('HSET', offsets, count())

for _ = 1, count() do
  key_at = key_at + 1
  redis.call('UNLINK', KEYS[key_at])
end

local pairs_of_cores, n = {}, 0
for _ = 1, count() do
  key_at = key_at + 1
  pairs_of_cores[n + 1], pairs_of_cores[n + 2] = KEYS[key_at], take()
  n = n + 2
  if n == CHUNK then
    redis.call('MSET', unpack(pairs_of_cores, 1, n))
    n = 0
  end
end
if n > 0 then
  redis.call('MSET', unpack(pairs_of_cores, 1, n))
end

for _, command in ipairs({ 'HSET', 'HDEL' }) do
  for _ = 1, count() do
    key_at = key_at + 1
    pass_on(command, KEYS[key_at], count())
  end
end

pass_on('ZADD', deadlines, count())
pass_on('ZREM', deadlines, count())
pass_on('XDEL', outbox, count())

local answer = { 1 }
for i = 1, count() do
  local topic, key, value, kind = take(), take(), take(), take()
  answer[i + 1] = redis.call('XADD', outbox, '*', 't', topic, 'k', key, 'v', value, 'f', kind)
  local field = topic .. '\0' .. key
  if kind == 'compacted' or kind == 'last' then
    redis.call('ZREM', ended, field)
    redis.call('HSET', lines, field, value)
  elseif kind == 'tombstone' then
    redis.call('ZREM', ended, field)
    redis.call('HDEL', lines, field)
  end
  if kind == 'last' then
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', ended, '-inf', '(' .. kept_since, 'LIMIT', 0, SWEPT)) do
      redis.call('ZREM', ended, old)
      redis.call('HDEL', lines, old)
    end
    redis.call('ZADD', ended, now, field)
  end
end
return answer
