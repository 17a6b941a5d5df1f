"""The process cache: from the raw bytes of Host and path to an answer that is ready to be sent.

The key is the Host header as it was sent followed by the path, so a hit costs one look-up and no
parsing. Only canonical spellings get a key; all others take the ordinary path.

Eviction is by age of loading, the order that a dict keeps: a hit moves nothing. Each entry is loaded
anew after 60 s at most and goes to the end of the line then, so what stands in front has not been
asked for during the last minute or is about to be loaded again anyway. That is within one Redis
read per link and minute of what LRU would keep, without its work per hit. Some entries go at a
time: the more a dict has lost at its front, the longer it looks for the first key that is left.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from apps.redirects.decide import Outcome, decide
from apps.redirects.entries import HotEntry, entry_of
from apps.redirects.snapshot import Snapshot

SECOND = 1_000_000_000
# Age at which an entry is loaded anew; while the channel of changes is silent, a shorter one: a change
# shows within 5 s then, the look-up and the answer included.
MAX_AGE_NS = 60 * SECOND
MAX_AGE_DEAF_NS = 4 * SECOND
# Links that lead nowhere and unknown codes are remembered this long.
COLD_AGE_NS = 4 * SECOND
# Entries made within this time expire together.
_SHARED_NS = SECOND // 10
# Redis may have missed changes while it was away; by then the bus has told it all of them.
DOUBT_NS = 60 * SECOND
COLD_SIZE = 10_000
# What part of the entries goes when there is no room.
_SHARE_EVICTED = 128

Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class ColdEntry:
    """A place whose link does not redirect at present, or None: no link at all."""

    snapshot: Snapshot | None
    until_ns: int


class CacheCounters:
    """Plain numbers, counted where things happen and read by `metrics.py`."""

    __slots__ = (
        *("evictions", "hits", "invalidations", "misses", "negative_hits", "stale_refusals"),
        *("database_look_ups", "redis_hits", "redis_misses"),
    )

    def __init__(self) -> None:
        self.hits = self.misses = self.negative_hits = 0
        self.evictions = self.invalidations = self.stale_refusals = 0
        # Of the look-ups that follow a miss. What Redis knows to have changed is a miss there.
        self.redis_hits = self.redis_misses = self.database_look_ups = 0


class LinkCache:
    """Bounded; `size` counts ready answers."""

    def __init__(self, *, size: int) -> None:
        self.size = size
        self.entries: dict[bytes, HotEntry] = {}
        self.cold: OrderedDict[Place, ColdEntry] = OrderedDict()
        self.counters = CacheCounters()
        # False while the channel of changes is silent: nothing may live long then.
        self.hears_changes = False
        self._doubts_redis_until_ns = 0
        self._latest_end = 0
        # Latest versions heard of, with the instant until which a slower reader is refused.
        self._heard: dict[Place, tuple[int, int]] = {}

    def put(self, keys: Iterable[bytes], place: Place, snapshot: Snapshot | None, now_ns: int) -> bool:
        """Remember what was read. False when a newer version has been heard of meanwhile."""
        version = snapshot.version if snapshot else 0
        if version < self._heard.get(place, (0, 0))[0]:
            self.counters.stale_refusals += 1
            return False
        if snapshot is not None and not snapshot.needs_asking and decide(snapshot, now_ns) in (Outcome.REDIRECT, Outcome.SCHEDULED):
            entry = entry_of(snapshot, until_ns=self._end_of_life(now_ns))
            for key in keys:
                self._put_hot(key, entry)
        else:
            if len(self.cold) >= COLD_SIZE:
                self.cold.popitem(last=False)
            self.cold.pop(place, None)
            self.cold[place] = ColdEntry(snapshot, now_ns + COLD_AGE_NS)
        return True

    def _end_of_life(self, now_ns: int) -> int:
        """When an entry of `now_ns` expires. Those of a tenth of a second share the instant, and the number in memory."""
        end = now_ns - now_ns % _SHARED_NS + (MAX_AGE_NS if self.hears_changes else MAX_AGE_DEAF_NS)
        if end != self._latest_end:
            self._latest_end = end
        return self._latest_end

    def _put_hot(self, key: bytes, entry: HotEntry) -> None:
        if self.entries.pop(key, None) is None and len(self.entries) >= self.size:
            self._evict()
        self.entries[key] = entry

    def _evict(self) -> None:
        oldest = list(islice(self.entries, 1 + self.size // _SHARE_EVICTED))
        for key in oldest:
            del self.entries[key]
        self.counters.evictions += len(oldest)

    def get(self, key: bytes, now_ns: int) -> HotEntry | None:
        """The ready answer for `key` if its lifetime has not passed; it may still be scheduled."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if now_ns >= entry.valid_until_ns:
            del self.entries[key]
            return None
        return entry

    def get_cold(self, place: Place, now_ns: int) -> ColdEntry | None:
        """What is remembered of a place that leads nowhere."""
        entry = self.cold.get(place)
        if entry is None:
            return None
        if now_ns >= entry.until_ns:
            del self.cold[place]
            return None
        return entry

    def invalidate(self, keys: Iterable[bytes], place: Place, version: int, now_ns: int) -> None:
        """The link at `place` is now at `version`: forget what is older, and refuse it for 60 s."""
        self.counters.invalidations += 1
        heard = self._heard.pop(place, (0, 0))[0]
        self._heard[place] = (max(heard, version), now_ns + MAX_AGE_NS)
        for key in keys:
            entry = self.entries.get(key)
            if entry is not None and entry.version < version:
                del self.entries[key]
        cold = self.cold.get(place)
        if cold is not None and (cold.snapshot is None or cold.snapshot.version < version):
            del self.cold[place]

    def doubts_redis(self, now_ns: int) -> bool:
        """Whether Redis may hold what it did not hear to have changed; the database is asked first then."""
        return not self.hears_changes or now_ns < self._doubts_redis_until_ns

    def hear(self, now_ns: int, *, again: bool) -> None:
        """The channel of changes speaks from now on; `again` after a silence, in which some were missed."""
        self.clear()
        self.hears_changes = True
        if again:
            self._doubts_redis_until_ns = now_ns + DOUBT_NS

    def deafen(self, last_heard_ns: int) -> None:
        """The channel of changes is silent since `last_heard_ns`: nothing outlives it by more than 4 s."""
        self.hears_changes = False
        limit = last_heard_ns + MAX_AGE_DEAF_NS
        for entry in self.entries.values():
            entry.valid_until_ns = min(entry.valid_until_ns, limit)

    def clear(self) -> None:
        """Forget all answers, for instance because changes may have been missed."""
        self.entries.clear()
        self.cold.clear()

    def forget_heard(self, now_ns: int) -> None:
        """Drop versions that no reader can be slow enough to contradict."""
        for place, (_, until_ns) in list(self._heard.items()):
            if until_ns > now_ns:
                break
            del self._heard[place]
