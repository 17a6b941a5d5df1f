"""Buckets in the memory of one process, for as long as Redis does not answer."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from apps.common.ratelimit.limits import Decision, RateLimit
from apps.common.ratelimit.script import Grant

# Buckets kept; beyond them the one made first goes, and its client starts anew.
MAX_BUCKETS = 50_000


class LocalBuckets:
    """Token buckets by limit and subject; threads may share them."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, size: int = MAX_BUCKETS) -> None:
        self._clock = clock
        self._size = size
        self._lock = Lock()
        # Tokens, and when there were so many.
        self._buckets: OrderedDict[tuple[RateLimit, str], tuple[float, float]] = OrderedDict()

    def take(self, limit: RateLimit, subject: str, *, least: int, most: int, known: float | None = None) -> Grant:
        """Take as many tokens as there are, from `least` to `most`, or none.

        `known` tokens, and no more, are left as far as the caller has heard.
        """
        key, now = (limit, subject), self._clock()
        with self._lock:
            tokens, since = self._buckets.get(key, (float(limit.capacity), now))
            tokens = min(limit.capacity, tokens + (now - since) * limit.refill_per_second)
            if known is not None:
                tokens = min(tokens, known)
            taken = min(int(tokens), most)
            if taken < least:
                taken = 0
            tokens -= taken
            if key not in self._buckets and len(self._buckets) >= self._size:
                self._buckets.popitem(last=False)
            self._buckets[key] = (tokens, now)
        until_least = max(0.0, least - tokens) / limit.refill_per_second
        until_full = (limit.capacity - tokens) / limit.refill_per_second
        return Grant(taken, Decision(limit, taken > 0, int(tokens), until_full, 0.0 if taken else until_least))
