-- What the state was written with, once: of two workers that start at the same time one writes it whole.
--
-- KEYS  the meta hash
-- ARGV  field, value, field, value ...

if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], unpack(ARGV))
end
