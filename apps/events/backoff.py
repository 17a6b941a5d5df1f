"""How long to wait before the next try."""

import random


class Backoff:
    """Doubling delays from `first` to `longest` seconds, each shortened by up to a half at random,
    so that many waiters do not return at the same moment."""

    def __init__(self, *, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0

    def next_delay(self) -> float:
        """Seconds to wait after one more failure."""
        delay = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return delay * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load, not guarding a secret

    def reset(self) -> None:
        """It worked: the next failure is a first one again."""
        self._failures = 0
