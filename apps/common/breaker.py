"""A circuit breaker: a part that does not answer is asked no more, for a while."""

import time
from collections.abc import Callable
from enum import StrEnum

FAILURES_TO_OPEN = 3
OPEN_SECONDS = 1.0


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after some failures in a row; after a second one caller may try, the others not."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = BreakerState.CLOSED
        self.opened = 0
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0

    def allows(self) -> bool:
        """Whether to ask the part now. In half-open state only the caller that got True may."""
        if self.state is BreakerState.CLOSED:
            return True
        if self._clock() < self._retry_at:
            return False
        self.state = BreakerState.HALF_OPEN
        # Should the one who tries never report, another may after the same time.
        self._retry_at = self._clock() + OPEN_SECONDS
        return True

    def succeeded(self) -> None:
        self.state = BreakerState.CLOSED
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self.state is BreakerState.HALF_OPEN or self._failures >= FAILURES_TO_OPEN:
            if self.state is BreakerState.CLOSED:
                self.opened += 1
            self.state = BreakerState.OPEN
            self._retry_at = self._clock() + OPEN_SECONDS
