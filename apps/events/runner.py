"""The loop of one consumer group: poll, handle, put dead letters aside, commit."""

import random
import threading
import time
from collections.abc import Sequence

import structlog
from django.db import close_old_connections, connections

from apps.events.backoff import Backoff
from apps.events.bus import Batch, Bus, BusUnavailable, Consumer, Partition, PartitionLost
from apps.events.dead_letters import DeadLetterOffice
from apps.events.delivery import TURN_SECONDS, BatchDelivery, Delivery, EventDelivery, Outcome
from apps.events.handlers import BatchHandler, EventHandler, Handler, takes_batches
from apps.events.metrics import HANDLED

log = structlog.get_logger(__name__)

# One wait for records, and so the longest that the runner is blind to `stop` (s).
POLL_SECONDS = 0.5
EVENTS_PER_POLL = 500
RECORDS_PER_BATCH = 10_000
# Waits after an outage of a store or of the bus (s).
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LONGEST_BUS_WAIT = 5.0


class GroupRunner:
    """Runs `handler` on `bus` until `stop` is set; in one thread."""

    def __init__(self, handler: Handler, *, bus: Bus, stop: threading.Event) -> None:
        self._group = handler.group
        self._topics = handler.topics
        self._stop = stop
        self._bus = bus
        self._delivery = _delivery_for(handler, stop)
        self._max_records: int = getattr(handler, "max_records", RECORDS_PER_BATCH if takes_batches(handler) else EVENTS_PER_POLL)
        self._linger: float = getattr(handler, "linger", 0.0)
        self._bus_backoff = Backoff(first=FIRST_WAIT, longest=LONGEST_BUS_WAIT)
        # Partitions on hold: their back-off, and when (monotonic) they are to be tried again.
        self._backoffs: dict[Partition, Backoff] = {}
        self._held_until: dict[Partition, float] = {}

    def run(self) -> None:
        """Returns once `stop` is set and what was handled by then is committed."""
        consumer = self._bus.consumer(group=self._group, topics=self._topics)
        producer = self._bus.producer()
        office = DeadLetterOffice(group=self._group, producer=producer)
        try:
            while not self._stop.is_set():
                self._step(consumer, office)
        finally:
            consumer.close()
            producer.close()
            connections.close_all()

    def _step(self, consumer: Consumer, office: DeadLetterOffice) -> None:
        self._resume_due(consumer)
        try:
            batches = consumer.poll(timeout=POLL_SECONDS, max_records=self._max_records)
        except BusUnavailable as error:
            delay = self._bus_backoff.next_delay()
            log.warning("bus_unavailable", group=self._group, reason=str(error), retry_in=round(delay, 1))
            self._stop.wait(delay)
            return
        self._bus_backoff.reset()
        self._process_all(batches, consumer, office)
        if batches and not any(batch.has_more for batch in batches):
            self._stop.wait(self._linger)

    def _process_all(self, batches: Sequence[Batch], consumer: Consumer, office: DeadLetterOffice) -> None:
        """In any order, so that a slow partition does not always go before the same others."""
        turn_ends = time.monotonic() + TURN_SECONDS
        for batch in random.sample(batches, len(batches)):
            if self._stop.is_set() or time.monotonic() > turn_ends:
                consumer.rewind(batch.partition)
            else:
                self._process(batch, consumer, office)

    def _process(self, batch: Batch, consumer: Consumer, office: DeadLetterOffice) -> None:
        close_old_connections()
        try:
            outcome = self._delivery.deliver(batch, consumer)
            self._settle(batch, outcome, consumer, office)
        except PartitionLost as loss:
            log.info("batch_abandoned", group=self._group, reason=str(loss))
            self._backoffs.pop(batch.partition, None)
            consumer.rewind(batch.partition)
        except BusUnavailable as error:
            self._hold(batch.partition, error, consumer)
        else:
            if outcome.failure is not None:
                self._hold(batch.partition, outcome.failure, consumer)
                return
            self._backoffs.pop(batch.partition, None)
            if outcome.next_offset <= batch.last_offset:
                consumer.rewind(batch.partition)

    def _settle(self, batch: Batch, outcome: Outcome, consumer: Consumer, office: DeadLetterOffice) -> None:
        """Put the dead letters aside before the commit: a crash in between repeats them, never loses them."""
        office.send(batch.partition, outcome.dead_letters)
        if outcome.next_offset > batch.first_offset:
            consumer.commit(batch.partition, outcome.next_offset)
            done = sum(record.offset < outcome.next_offset for record in batch.records) - len(outcome.dead_letters)
            HANDLED.labels(self._group, batch.partition.topic).inc(done)

    def _hold(self, partition: Partition, reason: Exception, consumer: Consumer) -> None:
        """Leave the partition alone for a while but stay its owner; nothing of it is skipped."""
        backoff = self._backoffs.setdefault(partition, Backoff(first=FIRST_WAIT, longest=LONGEST_WAIT))
        delay = backoff.next_delay()
        log.warning(
            "partition_on_hold",
            group=self._group,
            topic=partition.topic,
            partition=partition.number,
            reason=f"{type(reason).__name__}: {reason}",
            retry_in=round(delay, 1),
        )
        consumer.rewind(partition)
        consumer.pause(partition)
        self._held_until[partition] = time.monotonic() + delay

    def _resume_due(self, consumer: Consumer) -> None:
        now = time.monotonic()
        for partition in [partition for partition, until in self._held_until.items() if until <= now]:
            del self._held_until[partition]
            consumer.resume(partition)


def _delivery_for(handler: Handler, stop: threading.Event) -> Delivery:
    if takes_batches(handler):
        batch_handler: BatchHandler = handler  # type: ignore[assignment]
        return BatchDelivery(batch_handler)
    event_handler: EventHandler = handler  # type: ignore[assignment]
    return EventDelivery(event_handler, stop=stop)
