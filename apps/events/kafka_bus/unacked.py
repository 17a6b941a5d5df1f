"""What was handed to Kafka's client and is not acknowledged yet: counted and bounded, since the client has no bound."""

import time
from collections import deque
from typing import Any, NamedTuple

from apps.events.bus import Message

# About 3 KB of memory for each click while brokers are away; the rest waits where it came from, in spool or outbox.
MAX_RECORDS = 12_000
MAX_BYTES = 16 * 1024 * 1024


class _Sent(NamedTuple):
    future: Any
    size: int
    at: float


class Unacked:
    """Records in the order in which they were sent. For one thread; only `count` and `age` may be asked by others."""

    def __init__(self) -> None:
        self._sent: deque[_Sent] = deque()
        self._bytes = 0

    @property
    def count(self) -> int:
        return len(self._sent)

    @property
    def age(self) -> float:
        """Seconds since the oldest was sent; 0.0 when there is none. An outage shows here first: a record
        of it fails only after days."""
        try:
            return time.monotonic() - self._sent[0].at
        except IndexError:
            return 0.0

    @property
    def is_full(self) -> bool:
        return len(self._sent) >= MAX_RECORDS or self._bytes >= MAX_BYTES

    def add(self, future: Any, message: Message) -> None:
        size = len(message.value) + len(message.key)
        self._sent.append(_Sent(future, size, time.monotonic()))
        self._bytes += size

    def take_acked(self) -> Exception | None:
        """Forget those at the head that are settled; the first failure among them ends this."""
        while self._sent and self._sent[0].future.is_done:
            sent = self._sent.popleft()
            self._bytes -= sent.size
            if sent.future.failed():
                failure: Exception = sent.future.exception
                return failure
        return None

    def wait_for_oldest(self, timeout: float) -> bool:
        """Wait up to `timeout` s until the oldest is settled; whether it is."""
        oldest = self._sent[0].future
        try:
            oldest.get(timeout=max(0.0, timeout))
        except Exception:  # noqa: BLE001 - not ready, or failed, which `take_acked` tells
            return bool(oldest.is_done)
        return True

    def clear(self) -> None:
        self._sent.clear()
        self._bytes = 0
