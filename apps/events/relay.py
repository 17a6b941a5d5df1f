"""Outbox to bus.

Any number of relays may run; an advisory lock lets one of them work at a time, so that events of one
key leave in the order of their ids. It belongs to the transaction, so it passes on when its holder
dies. Rows are found by their state, never by "id greater than the last one": ids are drawn before
the commit, and a slow transaction shows its row after later ones have gone.

A relay that dies after publishing and before marking has its rows published again; consumers are
idempotent.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.utils import timezone

from apps.events.backoff import Backoff
from apps.events.bus import BusUnavailable, Message, Producer
from apps.events.metrics import PUBLISHED
from apps.events.models import OutboxEvent

log = structlog.get_logger(__name__)

BATCH_SIZE = 500
# The look at the outbox is one index probe, so it may be often; it bounds the delay of an event (s).
IDLE_SECONDS = 0.1
CONFIRM_TIMEOUT = 10.0
# Any constant that nothing else in the database uses.
ADVISORY_LOCK = 0x6F7574626F78


def run_relay(*, producer: Producer, stop: threading.Event) -> None:
    """Publish what comes into the outbox until `stop` is set; waits out every outage."""
    backoff = Backoff(first=0.2, longest=5.0)
    while not stop.is_set():
        close_old_connections()
        try:
            published = relay_batch(producer=producer)
        except (BusUnavailable, OperationalError, InterfaceError) as error:
            delay = backoff.next_delay()
            log.warning("relay_waits", reason=f"{type(error).__name__}: {error}", retry_in=round(delay, 1))
            stop.wait(delay)
            continue
        backoff.reset()
        if published < BATCH_SIZE:
            stop.wait(IDLE_SECONDS)


def relay_batch(*, producer: Producer) -> int:
    """Publish the oldest unpublished events; how many. 0 too when another relay is at work.

    Raises BusUnavailable; nothing is marked then.
    """
    with transaction.atomic():
        if not _is_our_turn():
            return 0
        unpublished = OutboxEvent.objects.filter(published_at=None).order_by("id")
        rows = list(unpublished.select_for_update(skip_locked=True)[:BATCH_SIZE])
        if not rows:
            return 0
        _publish(rows, producer)
        OutboxEvent.objects.filter(pk__in=[row.pk for row in rows]).update(published_at=timezone.now())
    for topic, count in Counter(row.topic for row in rows).items():
        PUBLISHED.labels(topic).inc(count)
    return len(rows)


def _is_our_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _publish(rows: Sequence[OutboxEvent], producer: Producer) -> None:
    by_topic: dict[str, list[Message]] = defaultdict(list)
    for row in rows:
        by_topic[row.topic].append(Message(key=row.key, value=row.to_event().encode()))
    for topic, messages in by_topic.items():
        producer.publish(topic, messages)
    producer.confirm(timeout=CONFIRM_TIMEOUT)
