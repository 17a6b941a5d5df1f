"""The same counts in the memory of one process, for as long as Redis does not answer."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from apps.accounts.lockout.counters import Counter

# Counts kept; beyond them the one touched longest ago goes.
MAX_COUNTS = 50_000


@dataclass(slots=True)
class _State:
    count: float
    counted_at: float
    wait_until: float


class LocalCounters:
    """Threads may share one. What another process has counted or remembered is not known here."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, size: int = MAX_COUNTS) -> None:
        self._clock = clock
        self._size = size
        self._lock = Lock()
        self._states: OrderedDict[str, _State] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def take(self, counters: Sequence[Counter], *, known_key: str = "", unless_known: Sequence[str] = ()) -> float:
        with self._lock:
            left_out = unless_known if known_key in self._known else ()
            counted = [(key, rule) for key, rule in counters if key not in left_out]
            now = self._clock()
            wait = self._wait([key for key, _ in counted], now)
            if wait > 0:
                return wait
            for key, rule in counted:
                state = self._states.get(key) or _State(0.0, now, now)
                count = max(0.0, state.count - (now - state.counted_at) / rule.forget) + 1
                self._put(key, _State(count, now, now + rule.wait_after(count)))
        return 0.0

    def wait(self, keys: Sequence[str]) -> float:
        with self._lock:
            return self._wait(keys, self._clock())

    def give_back(self, key: str) -> None:
        with self._lock:
            if state := self._states.get(key):
                state.count = max(0.0, state.count - 1)
                state.wait_until = self._clock()

    def forget(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key in keys:
                self._states.pop(key, None)

    def remember(self, key: str) -> None:
        with self._lock:
            self._known[key] = None
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def _wait(self, keys: Sequence[str], now: float) -> float:
        return max([0.0, *(state.wait_until - now for key in keys if (state := self._states.get(key)))])

    def _put(self, key: str, state: _State) -> None:
        self._states[key] = state
        self._states.move_to_end(key)
        while len(self._states) > self._size:
            self._states.popitem(last=False)
