"""Names and scripts in Redis that resolver, invalidation and subscriber share."""

import random

CHANNEL = "links:changed"
# Ends in the number of the format, so that releases side by side do not read each other's.
DOMAINS = "links:domains:2"
HOTTEST = "links:hottest:1"

# Longer than any reader may hold what it read from the database (ms).
TOMBSTONE_MS = 10 * 60 * 1000
NEGATIVE_MS = 30 * 1000
# A link that is new in Redis stays 5 minutes, one that is asked for again and again up to 24 hours.
LINK_MS = 5 * 60 * 1000
LINK_LONGEST_MS = 24 * 60 * 60 * 1000
_JITTER = 0.1

# Fills each entry of KEYS unless something newer is known of it. For each there are three arguments:
# version, value, and lifetime in ms, which gives way to what is left to the one before when that is
# more. Gives the number of those that were stored.
FILL = """
local stored = 0
for number, key in ipairs(KEYS) do
  local version, value, lifetime = tonumber(ARGV[3 * number - 2]), ARGV[3 * number - 1], ARGV[3 * number]
  local current = redis.call('GET', key)
  local newer = false
  if current then
    local ok, known = pcall(cjson.decode, current)
    newer = ok and type(known) == 'table' and tonumber(known.v) and tonumber(known.v) > version
  end
  if not newer then
    redis.call('SET', key, value, 'PX', math.max(tonumber(lifetime), redis.call('PTTL', key)))
    stored = stored + 1
  end
end
return stored
"""

# Reads the entries of KEYS. A link that is asked for before half its life has passed gets twice what is
# left of it, up to ARGV[1] ms: process caches ask once a minute at most for what they answer often, so
# five minutes become a day in ten steps while somebody goes on asking, and five minutes again when
# nobody did for long. What has more than half the longest life left is not written to. ARGV[2] is
# the shortest life; behind it stands for each key the chance in its life. The pattern cannot stand inside
# a string of JSON, so it tells links from all others.
LOAD = """
local entries = {}
for number, key in ipairs(KEYS) do
  local entry = redis.call('GET', key)
  if entry and string.find(entry, '"kind":"link"', 1, true) then
    local left, longest = redis.call('PTTL', key), tonumber(ARGV[1])
    if left >= 0 and left * 2 < longest then
      local life = math.floor(math.min(math.max(left * 2, tonumber(ARGV[2])), longest) * tonumber(ARGV[2 + number]))
      if life > left then
        redis.call('PEXPIRE', key, life)
      end
    end
  end
  entries[number] = entry
end
return entries
"""

# Writes the tombstone ARGV[2] of version ARGV[1] for ARGV[3] ms unless this version or a newer one
# is there, and in any case tells channel ARGV[4] the message ARGV[5]: a redirector may hold an
# older one than Redis does.
INVALIDATE = """
local current = redis.call('GET', KEYS[1])
local newer = false
if current then
  local ok, known = pcall(cjson.decode, current)
  newer = ok and type(known) == 'table' and tonumber(known.v) and tonumber(known.v) >= tonumber(ARGV[1])
end
if not newer then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
"""


def jitter() -> float:
    """About 1: what a link's life is multiplied by, so that links loaded together do not leave together."""
    return 1 + _JITTER * random.uniform(-1, 1)  # noqa: S311 - spreads load, guards nothing


def link_key(domain_id: int, code: str) -> str:
    """Where the snapshot of the link at this place is kept."""
    return f"link:{domain_id}:{code}"
