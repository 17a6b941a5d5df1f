"""Lua that must be atomic. KEYS are those of one partition: stream, state, and where used lease.

Offsets are the second half of stream ids `0-N`; as Lua numbers they are exact up to 2^53.
"""

# A server that crashed may have lost its newest entries although consumers saw them. Offsets seen
# once must not name other messages later, so after each restart of the server the log goes on this
# far beyond its end: more than any server appends between two writes of its append-only file.
OFFSET_JUMP = 2**24

# Sets `run` and `id`: the server's run id and the log's, made anew when the stream has gone.
# ARGV[1] is the id to give to a new log.
_OPEN = (
    """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local state = redis.call('HMGET', KEYS[2], 'id', 'run')
local id = state[1]
local exists = redis.call('EXISTS', KEYS[1]) == 1
if not id or not exists then
  redis.call('DEL', KEYS[2])
  if not exists then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'new', '0', 'MKSTREAM')
    redis.call('XGROUP', 'DESTROY', KEYS[1], 'new')
  end
  id = ARGV[1]
  redis.call('HSET', KEYS[2], 'id', id, 'run', run)
elseif state[2] ~= run then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  local last = 0
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = tonumber(string.match(info[i + 1], '%-(%d+)')) end
  end
  local jumped = last + %JUMP%
  redis.call('XSETID', KEYS[1], string.format('0-%.0f', jumped))
  local fields = redis.call('HGETALL', KEYS[2])
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 7) == 'offset:' and tonumber(fields[i + 1]) > last then
      redis.call('HSET', KEYS[2], fields[i], string.format('%.0f', jumped + 1))
    end
  end
  redis.call('HSET', KEYS[2], 'run', run)
end
"""
).replace("%JUMP%", str(OFFSET_JUMP))

# ARGV from 2 on: per message the number of its field items, then those. Returns the run id.
APPEND = (
    _OPEN
    + """
local time = redis.call('TIME')
local now = time[1] .. string.format('%06d', time[2])
local at = 2
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  redis.call('XADD', KEYS[1], '0-*', 't', now, unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return run
"""
)

# ARGV[2] is the group's offset field. Makes the group known; returns {log id, committed offset}.
REGISTER = (
    _OPEN
    + """
redis.call('HSETNX', KEYS[2], ARGV[2], '1')
return {id, redis.call('HGET', KEYS[2], ARGV[2])}
"""
)

# ARGV: …, 3 token, 4 life in ms. As REGISTER when the lease was free, else nil.
ACQUIRE = "if not redis.call('SET', KEYS[3], ARGV[3], 'NX', 'PX', ARGV[4]) then return false end\n" + REGISTER

# KEYS[1] lease; ARGV: token, life in ms. 1 when the lease is still held.
RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

# KEYS[1] lease; ARGV: token.
RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

# ARGV: log id, offset field, token, next offset. 0 when the lease or the log is another by now.
# Entries that every known group has behind it are removed, never others.
COMMIT = """
if redis.call('GET', KEYS[3]) ~= ARGV[3] or redis.call('HGET', KEYS[2], 'id') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
local lowest = tonumber(ARGV[4])
local fields = redis.call('HGETALL', KEYS[2])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 7) == 'offset:' then lowest = math.min(lowest, tonumber(fields[i + 1])) end
end
redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('0-%.0f', lowest))
return 1
"""

# ARGV: offset field. {log id, records not committed}; nil where nothing was ever published.
LAG = """
local state = redis.call('HMGET', KEYS[2], 'id', ARGV[1])
if not state[1] or redis.call('EXISTS', KEYS[1]) == 0 then return false end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
local last = 0
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = tonumber(string.match(info[i + 1], '%-(%d+)')) end
end
local ahead = last + 1 - tonumber(state[2] or '1')
return {state[1], math.max(0, math.min(ahead, redis.call('XLEN', KEYS[1])))}
"""

# KEYS[1] members; ARGV: member, life in ms. All live members, this one included.
JOIN = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

# KEYS[1] a key of its own; ARGV: life in ms. A write to wait for; returns the run id.
MARK = """
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
"""
