"""Giving the records of a batch to a handler. Tells how far it came; commits nothing itself."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import redis
import structlog
from django.db import InterfaceError, OperationalError

from apps.events.backoff import Backoff
from apps.events.bus import Batch, BusUnavailable, Consumer, PartitionLost, Record
from apps.events.dead_letters import is_replay_for_others
from apps.events.decoding import read_event
from apps.events.envelope import Event, MalformedEvent
from apps.events.errors import SinkUnavailable
from apps.events.handlers import BatchHandler, DeadLetter, EventHandler
from apps.events.metrics import RETRIED

log = structlog.get_logger(__name__)

# Tries that one event gets before it is dead-lettered, and the waits between them (s).
ATTEMPTS = 5
FIRST_RETRY = 0.1
LONGEST_RETRY = 2.0
# After this long the rest of a batch waits for the next poll, so that what is done gets committed and
# the consumer does not count as stuck (s).
TURN_SECONDS = 30.0
# A store is down: no fault of the event, so it waits for as long as that takes.
OUTAGES = (SinkUnavailable, BusUnavailable, OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All records below `next_offset` are done, but for `dead_letters`, which have yet to be put
    aside. `failure` says why the rest must wait before it is tried; None when it was not even begun."""

    next_offset: int
    dead_letters: Sequence[DeadLetter] = ()
    failure: Exception | None = None


class Delivery(Protocol):
    """One way of giving batches to a handler."""

    def deliver(self, batch: Batch, consumer: Consumer, /) -> Outcome:
        """Raises PartitionLost, and nothing else, when the handler noticed that it is a zombie."""


class _Stopping(Exception):
    """The process is to end while an event waits for its next try."""


class EventDelivery:
    """One event after the other; ends between two events when `stop` is set or its turn is over."""

    def __init__(self, handler: EventHandler, *, stop: threading.Event) -> None:
        self._handler = handler
        self._stop = stop

    def deliver(self, batch: Batch, _consumer: Consumer, /) -> Outcome:
        dead_letters: list[DeadLetter] = []
        turn_ends = time.monotonic() + TURN_SECONDS
        for record in batch.records:
            if self._stop.is_set() or time.monotonic() > turn_ends:
                return Outcome(record.offset, dead_letters)
            try:
                letter = self._handle(record, batch.partition.topic)
            except _Stopping:
                return Outcome(record.offset, dead_letters)
            except OUTAGES as outage:
                return Outcome(record.offset, dead_letters, outage)
            if letter is not None:
                dead_letters.append(letter)
        return Outcome(batch.last_offset + 1, dead_letters)

    def _handle(self, record: Record, topic: str) -> DeadLetter | None:
        if is_replay_for_others(record, self._handler.group):
            return None
        try:
            event = read_event(record, topic=topic)
        except MalformedEvent as error:
            return DeadLetter(record, error.reason)
        failure = self._try_repeatedly(event)
        return DeadLetter(record, f"{type(failure).__name__}: {failure}") if failure else None

    def _try_repeatedly(self, event: Event) -> Exception | None:
        """None when it worked at last, else the last failure."""
        backoff = Backoff(first=FIRST_RETRY, longest=LONGEST_RETRY)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._handler.handle(event)
            except OUTAGES:
                raise
            except Exception as error:
                RETRIED.labels(self._handler.group, event.topic).inc()
                log.exception("event_failed", group=self._handler.group, topic=event.topic, event_id=str(event.id), attempt=attempt)
                failure = error
            else:
                return None
            if attempt < ATTEMPTS and self._stop.wait(backoff.next_delay()):
                raise _Stopping
        return failure


class BatchDelivery:
    """The whole batch at once; after a failure the whole batch again."""

    def __init__(self, handler: BatchHandler) -> None:
        self._handler = handler

    def deliver(self, batch: Batch, consumer: Consumer, /) -> Outcome:
        try:
            dead_letters = self._handler.handle(batch, consumer)
        except PartitionLost:
            raise
        except OUTAGES as outage:
            return Outcome(batch.first_offset, failure=outage)
        except Exception as error:
            RETRIED.labels(self._handler.group, batch.partition.topic).inc()
            log.exception("batch_failed", group=self._handler.group, topic=batch.partition.topic, first_offset=batch.first_offset)
            return Outcome(batch.first_offset, failure=error)
        return Outcome(batch.last_offset + 1, dead_letters)
