"""Counts in Redis, each step of them one call."""

from collections.abc import Sequence
from typing import Protocol

from redis.exceptions import RedisError

from apps.accounts.lockout.rules import Rule
from apps.common.guard import Guarded
from apps.common.redis import new_brief_client

# A log-in waits no longer than this for its counts (s).
CALL_SECONDS = 0.25
KNOWN_SECONDS = 90 * 86_400

Counter = tuple[str, Rule]

# KEYS are counts; ARGV has five numbers for each: free tries, first and longest wait and time to forget
# one (all ms), and whether the count is left out when the last key, which is no count, exists.
# Counts one try in each, or in none if one of them makes wait. Gives the wait in ms, 0 for none.
#
# Fields: `n` the count at the time `t`, `u` the end of the wait (ms of Redis' own clock). A try is
# counted before its password is looked at: of many at once no more pass than are free.
_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local known = redis.call('EXISTS', KEYS[#KEYS]) == 1
local wait, counts = 0, {}
for i = 1, #KEYS - 1 do
  local at = (i - 1) * 5
  if not (known and ARGV[at + 5] == '1') then
    local state = redis.call('HMGET', KEYS[i], 'n', 't', 'u')
    wait = math.max(wait, (tonumber(state[3]) or 0) - now)
    local passed = math.max(0, now - (tonumber(state[2]) or now))
    counts[i] = math.max(0, (tonumber(state[1]) or 0) - passed / tonumber(ARGV[at + 4]))
  end
end
if wait > 0 then return wait end
for i, count in pairs(counts) do
  local at = (i - 1) * 5
  local n, pause, forget = count + 1, 0, tonumber(ARGV[at + 4])
  local doublings = math.floor(n + 0.5) - tonumber(ARGV[at + 1])
  if doublings >= 0 then
    pause = math.min(tonumber(ARGV[at + 3]), tonumber(ARGV[at + 2]) * 2 ^ math.min(doublings, 30))
  end
  redis.call('HSET', KEYS[i], 'n', string.format('%.6f', n), 't', string.format('%.0f', now), 'u', string.format('%.0f', now + pause))
  redis.call('PEXPIRE', KEYS[i], math.ceil(math.max(n * forget, pause)) + 1000)
end
return 0
"""

# Takes the try back that was counted last, and the wait that it began.
_GIVE_BACK = """
local n = tonumber(redis.call('HGET', KEYS[1], 'n') or '0')
if n > 0 then redis.call('HSET', KEYS[1], 'n', string.format('%.6f', math.max(0, n - 1)), 'u', '0') end
return 0
"""


class CountersUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class Counters(Protocol):
    """Counts by key. Keys given together belong to one account, or there is but one."""

    def take(self, counters: Sequence[Counter], *, known_key: str = "", unless_known: Sequence[str] = ()) -> float:
        """Count one try in each of `counters`, or in none if one makes wait; gives the seconds to wait, 0 for none.

        Those whose key is in `unless_known` are left out while `known_key` is remembered.
        """
        ...

    def wait(self, keys: Sequence[str]) -> float:
        """The longest of the present waits, in seconds."""
        ...

    def give_back(self, key: str) -> None:
        """Take one try back."""
        ...

    def forget(self, keys: Sequence[str]) -> None:
        """Drop counts altogether."""
        ...

    def remember(self, key: str) -> None:
        """Remember `key` as known for 90 days."""
        ...


class RedisCounters(Guarded):
    """For synchronous code; threads may share one. Each call raises CountersUnavailable."""

    failing = (RedisError, OSError)
    unavailable = CountersUnavailable
    failed_event = "lockout_counters_unavailable"

    def __init__(self) -> None:
        super().__init__()
        self._client = new_brief_client(seconds=CALL_SECONDS)
        self._take = self._client.register_script(_TAKE)
        self._give_back = self._client.register_script(_GIVE_BACK)

    def take(self, counters: Sequence[Counter], *, known_key: str = "", unless_known: Sequence[str] = ()) -> float:
        arguments: list[int] = []
        for key, rule in counters:
            times = (int(seconds * 1000) for seconds in (rule.first_wait, rule.longest_wait, rule.forget))
            arguments += [rule.free, *times, int(key in unless_known)]
        keys = [key for key, _ in counters]
        with self.asking():
            # Without one of its own the last key is a count that nobody asks to leave out.
            return int(self._take(keys=[*keys, known_key or keys[0]], args=arguments)) / 1000

    def wait(self, keys: Sequence[str]) -> float:
        with self.asking():
            pipeline = self._client.pipeline(transaction=False)
            pipeline.time()
            for key in keys:
                pipeline.hget(key, "u")
            (seconds, microseconds), *ends = pipeline.execute()
        now = int(seconds) * 1000 + int(microseconds) // 1000
        return max([0.0, *((float(end) - now) / 1000 for end in ends if end)])

    def give_back(self, key: str) -> None:
        with self.asking():
            self._give_back(keys=[key])

    def forget(self, keys: Sequence[str]) -> None:
        with self.asking():
            for key in keys:
                self._client.delete(key)

    def remember(self, key: str) -> None:
        with self.asking():
            self._client.set(key, b"1", ex=KNOWN_SECONDS)

    def close(self) -> None:
        """Release connections."""
        self._client.close()
