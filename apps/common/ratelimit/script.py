"""The step in Redis: one call takes tokens from one bucket, or none."""

from dataclasses import dataclass

from apps.common.ratelimit.limits import Decision, RateLimit

# KEYS[1] is a bucket of ARGV[1] tokens that fills in ARGV[2] seconds. Takes as many tokens as there
# are between ARGV[3] and ARGV[4]. With ARGV[5] > 0 the taker may spend them during so many
# microseconds; without they are spent now. Gives tokens taken, tokens left, and the milliseconds
# after which ARGV[3] tokens are there and after which the bucket is full.
#
# Fields: `n` tokens in millionths, `t` the time of it in microseconds, `w` the number of the present
# window of leases, `a` and `b` millionths leased in it and in the one before. A lease has ended by the
# end of the window after its own, and a bucket fills up only to what is not leased: what is in it and
# what is in the hands of others together never pass its capacity.
# Redis' own clock counts. When it has been set back nothing is added, and time goes on from there.
# A refusal writes nothing, so that who asks without pause still sees the bucket fill.
TAKE = """
local ONE = 1000000
local capacity, period = tonumber(ARGV[1]) * ONE, tonumber(ARGV[2]) * ONE
local least, most, lease = tonumber(ARGV[3]) * ONE, tonumber(ARGV[4]) * ONE, tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * ONE + tonumber(clock[2])
local state = redis.call('HMGET', KEYS[1], 'n', 't', 'w', 'a', 'b')
local tokens, leased, before = capacity, tonumber(state[4]) or 0, tonumber(state[5]) or 0
local window, known = 0, tonumber(state[3]) or 0
if lease > 0 then window = math.floor(now / lease) end
if window == known + 1 then
  leased, before = 0, leased
elseif window < known then
  leased, before = leased + before, 0
elseif window > known then
  leased, before = 0, 0
end
if state[1] then
  local passed = math.max(0, now - tonumber(state[2]))
  tokens = math.floor(tonumber(state[1]) + math.min(passed / period, 1) * capacity)
end
tokens = math.max(0, math.min(tokens, capacity - leased - before))
local taken = math.min(math.floor(tokens / ONE) * ONE, most)
if taken < least then
  taken = 0
else
  tokens = tokens - taken
  if lease > 0 then leased = leased + taken end
  redis.call('HSET', KEYS[1], 'n', string.format('%.0f', tokens), 't', string.format('%.0f', now),
    'w', string.format('%.0f', window), 'a', string.format('%.0f', leased), 'b', string.format('%.0f', before))
  redis.call('PEXPIRE', KEYS[1], math.ceil((period + 2 * lease) / 1000) + 1000)
end
local until_least = math.max(0, (least - tokens) / capacity * period)
if capacity - leased < least then
  until_least = math.max(until_least, (window + 2) * lease - now)
elseif capacity - leased - before < least then
  until_least = math.max(until_least, (window + 1) * lease - now)
end
local until_full = math.ceil((capacity - tokens) / capacity * period / 1000)
return {taken / ONE, math.floor(tokens / ONE), math.ceil(until_least / 1000), until_full}
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """How many tokens were taken, and what the bucket says about it."""

    tokens: int
    decision: Decision


def bucket_key(limit: RateLimit, subject: str) -> str:
    """Where the bucket of `subject` is kept."""
    return f"limit:{limit.name}:{subject}"


def arguments(limit: RateLimit, *, least: int, most: int, lease_ns: int) -> list[int]:
    """The script's arguments."""
    return [limit.capacity, limit.per_seconds, least, most, lease_ns // 1000]


def grant(limit: RateLimit, answer: list[int]) -> Grant:
    """What the script's answer means."""
    tokens, remaining, until_least_ms, until_full_ms = (int(number) for number in answer)
    allowed = tokens > 0
    return Grant(tokens, Decision(limit, allowed, remaining, until_full_ms / 1000, 0.0 if allowed else until_least_ms / 1000))
