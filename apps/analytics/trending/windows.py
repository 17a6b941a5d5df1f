"""Clicks of each link in the last minutes, counted in Redis by slices of time.

A slice is a tenth of the window, a hash from links to clicks that lives a little longer than it is asked for. The
slices of one batch are written by one script together with the offset that the partition is counted through, so
a batch that is delivered again counts nothing, and neither does a consumer that has lost its partition.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from redis import Redis

from apps.events.bus import Partition, PartitionLost

SLICES = 10
# Windows before the present one that say what is usual.
HISTORY_SECONDS = 3600
_DAY_MS = 24 * 60 * 60 * 1000
# All keys are in one slot of a Redis cluster, so that one script may write them.
_PREFIX = "{trending}"

# Adds to slices what ARGV lists from the seventh on: slice, link, clicks; unless KEYS[1] holds another offset than
# ARGV[1]. Then keeps offset ARGV[2] for ARGV[3] ms, and in KEYS[2] for ARGV[4] ms the sequence numbers, ARGV[6] pairs
# that stand at the end. Slices live ARGV[5] ms.
_ADD = """
local through = redis.call('GET', KEYS[1]) or ''
if through ~= ARGV[1] then return 0 end
local pairs_at = #ARGV - 2 * tonumber(ARGV[6]) + 1
local touched = {}
for at = 7, pairs_at - 1, 3 do
  redis.call('HINCRBY', ARGV[at], ARGV[at + 1], ARGV[at + 2])
  touched[ARGV[at]] = true
end
for name in pairs(touched) do
  redis.call('PEXPIRE', name, ARGV[5])
end
for at = pairs_at, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


class Hit(NamedTuple):
    """A click as far as it counts here; `at` is in seconds since the epoch."""

    offset: int
    producer_id: str
    sequence: int
    link_id: int
    at: float


class Windows:
    """Sliding windows of `seconds`, over `redis`. Every method raises redis.exceptions.RedisError."""

    def __init__(self, redis: Redis, *, seconds: int) -> None:
        self._redis = redis
        self._slice_seconds = max(1, seconds // SLICES)
        self._history = HISTORY_SECONDS // self._slice_seconds
        self._add = redis.register_script(_ADD)

    def add(self, partition: Partition, hits: Sequence[Hit], *, through: int, now: float) -> int:
        """Count those of `hits` that are not counted yet, when all of `partition` through offset `through` has been
        read; how many they were. What is older than anybody asks for is left out.

        Raises PartitionLost when somebody else has counted the partition meanwhile.
        """
        place = f"{partition.topic}:{partition.log_id}:{partition.number}"
        through_key, today, yesterday = f"{_PREFIX}:through:{place}", *self._sequence_keys(place, now)
        known = cast("bytes | None", self._redis.get(through_key))
        if known is not None and int(known) >= through:
            return 0
        fresh = [hit for hit in hits if known is None or hit.offset > int(known)]
        sequences = self._sequences({hit.producer_id for hit in fresh}, today, yesterday)
        counts, latest = self._new(fresh, sequences, now)
        arguments: list[Any] = [known or b"", through, 7 * _DAY_MS, 2 * _DAY_MS, self._life_ms, len(latest)]
        for (number, link_id), clicks in counts.items():
            arguments += [self._key(number), link_id, clicks]
        for producer_id, sequence in latest.items():
            arguments += [producer_id, sequence]
        if not self._add(keys=[through_key, today], args=arguments):
            raise PartitionLost(f"{place} was counted by another consumer")
        return counts.total()

    def clicks(self, links: Collection[int], *, now: float) -> dict[int, int]:
        """Clicks of each of `links` in the window that ends now."""
        latest = self._slice(now)
        return self._sum(links, range(latest - SLICES + 1, latest + 1))

    def usual(self, links: Collection[int], *, now: float) -> dict[int, float]:
        """Clicks of each of `links` in a window, on average over the hour before the present window."""
        latest = self._slice(now) - SLICES
        found = self._sum(links, range(latest - self._history + 1, latest + 1))
        return {link_id: clicks * SLICES / self._history for link_id, clicks in found.items()}

    @property
    def _life_ms(self) -> int:
        return (self._history + 3 * SLICES) * self._slice_seconds * 1000

    def _slice(self, at: float) -> int:
        return int(at // self._slice_seconds)

    def _key(self, number: int) -> str:
        # With the length of slices: those of another setting are not to be mixed with these.
        return f"{_PREFIX}:slice:{self._slice_seconds}:{number}"

    def _sequence_keys(self, place: str, now: float) -> tuple[str, str]:
        day = int(now // 86400)
        return f"{_PREFIX}:sequences:{place}:{day}", f"{_PREFIX}:sequences:{place}:{day - 1}"

    def _sequences(self, producers: Collection[str], *keys: str) -> dict[str, int]:
        """The last sequence numbers of `producers` that were counted."""
        if not producers:
            return {}
        names, latest = list(producers), dict.fromkeys(producers, 0)
        with self._redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hmget(key, names)
            for values in pipeline.execute():
                for name, value in zip(names, values, strict=True):
                    latest[name] = max(latest[name], int(value or 0))
        return latest

    def _new(self, hits: Iterable[Hit], sequences: Mapping[str, int], now: float) -> tuple[Counter[tuple[int, int]], dict[str, int]]:
        latest = dict(sequences)
        counts: Counter[tuple[int, int]] = Counter()
        present = self._slice(now)
        for hit in hits:
            if hit.sequence <= latest.get(hit.producer_id, 0):
                continue
            latest[hit.producer_id] = hit.sequence
            number = min(self._slice(hit.at), present)
            if number > present - SLICES - self._history:
                counts[number, hit.link_id] += 1
        return counts, latest

    def _sum(self, links: Collection[int], numbers: Iterable[int]) -> dict[int, int]:
        if not links:
            return {}
        names = list(links)
        sums: dict[int, int] = defaultdict(int, dict.fromkeys(names, 0))
        with self._redis.pipeline(transaction=False) as pipeline:
            for number in numbers:
                pipeline.hmget(self._key(number), [str(name) for name in names])
            for values in pipeline.execute():
                for name, value in zip(names, values, strict=True):
                    sums[name] += int(value or 0)
        return dict(sums)
