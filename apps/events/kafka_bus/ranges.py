"""Reading records again, outside of any group."""

import time
from typing import Any

from apps.events.bus import BusUnavailable
from apps.events.kafka_bus.connection import client_options, translated_errors
from apps.events.kafka_bus.library import KafkaConsumer

# How long a range may take (s); one poll of it, and its most records.
RANGE_SECONDS = 30.0
_POLL_MS = 500
_POLL_RECORDS = 10_000


class RangeReader:
    """Reads with a client of its own: the group's would have to leave its place, and others wait. Connects on
    first use."""

    def __init__(self) -> None:
        self._consumer: Any = None

    def read(self, place: Any, first: int, last: int) -> list[Any]:
        """Records `first` to `last`, both included, as far as the log still has them. Raises BusUnavailable."""
        with translated_errors():
            consumer = self._at(place)
            first = max(first, consumer.beginning_offsets([place])[place])
            last = min(last, consumer.end_offsets([place])[place] - 1)
            if first > last:
                return []
            consumer.seek(place, first)
            return self._read_through(place, last)

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close(autocommit=False)
            self._consumer = None

    def _at(self, place: Any) -> Any:
        if self._consumer is None:
            self._consumer = KafkaConsumer(**client_options(), group_id=None, enable_auto_commit=False, auto_offset_reset="none")
        self._consumer.assign([place])
        return self._consumer

    def _read_through(self, place: Any, last: int) -> list[Any]:
        found: list[Any] = []
        deadline = time.monotonic() + RANGE_SECONDS
        while not found or found[-1].offset < last:
            if time.monotonic() > deadline:
                raise BusUnavailable(f"Kafka: {place} was not read through {last} within {RANGE_SECONDS} s")
            found += self._consumer.poll(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS).get(place, [])
        return [record for record in found if record.offset <= last]
