"""Names and scripts in Redis that resolver, invalidation and subscriber share."""

CHANNEL = "links:changed"
# Ends in the number of the format, so that releases side by side do not read each other's.
DOMAINS = "links:domains:2"

# Longer than any reader may hold what it read from the database (ms).
TOMBSTONE_MS = 10 * 60 * 1000
NEGATIVE_MS = 30 * 1000
# A link stays 5 to 6 minutes, so that links loaded together do not leave together.
LINK_MS = 5 * 60 * 1000
LINK_JITTER_MS = 60 * 1000

# Fills the entry KEYS[1] with ARGV[2] of version ARGV[1] for ARGV[3] ms unless something newer is
# known. Gives 1 when it was stored.
FILL = """
local current = redis.call('GET', KEYS[1])
if current then
  local ok, known = pcall(cjson.decode, current)
  if ok and type(known) == 'table' and tonumber(known.v) and tonumber(known.v) > tonumber(ARGV[1]) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
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


def link_key(domain_id: int, code: str) -> str:
    """Where the snapshot of the link at this place is kept."""
    return f"link:{domain_id}:{code}"
