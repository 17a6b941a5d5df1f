"""Asking a part that may be away: behind a circuit breaker, its failures counted and told."""

import logging
from types import TracebackType
from typing import ClassVar, Self

from apps.common.breaker import BreakerState, CircuitBreaker

logger = logging.getLogger(__name__)


class Guarded:
    """For what asks one part; each call to it is a block `with self.asking():`.

    An exception of `failing` out of the block is a failure, and leaves it as `unavailable`; any other
    says nothing about the part. Threads and tasks may share one: a block keeps nothing here.
    """

    # What says that the part did not answer. TimeoutError is an OSError.
    failing: ClassVar[tuple[type[Exception], ...]]
    unavailable: ClassVar[type[Exception]]
    # Name of the line in the log; once the breaker is open there are none until it has closed.
    failed_event: ClassVar[str]

    def __init__(self) -> None:
        self.breaker = CircuitBreaker()
        # Since the process began.
        self.failures = 0

    def asking(self) -> Self:
        """A block that may ask the part now. Raises `unavailable` while it is left alone."""
        # No generator: this stands before every answer that the process cache has not got.
        return self

    def __enter__(self) -> None:
        if not self.breaker.allows():
            raise self.unavailable

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is None:
            self.breaker.succeeded()
        elif isinstance(error, self.failing):
            self._failed(error)
            raise self.unavailable from error

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        was_closed = self.breaker.state is BreakerState.CLOSED
        self.breaker.failed()
        if was_closed:
            logger.warning("%s error=%r", self.failed_event, error)
