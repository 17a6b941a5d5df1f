from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from apps.events.models import OutboxEvent, ProducerSequence
from apps.events.retention import purge_producer_sequences, purge_published_outbox
from apps.events.tasks import purge_producer_sequences as sequences_task
from apps.events.tasks import purge_published_outbox as outbox_task
from tests.events.samples import NOW

pytestmark = pytest.mark.django_db


def add_event(key: str, published_at: datetime | None) -> None:
    OutboxEvent.objects.create(topic="t", key=key, payload={}, occurred_at=NOW - timedelta(days=400), published_at=published_at)


def add_sequence(producer_id: str, updated_at: datetime) -> None:
    row = ProducerSequence.objects.create(group="g", topic="t", partition=0, producer_id=producer_id, last_sequence=1)
    ProducerSequence.objects.filter(pk=row.pk).update(updated_at=updated_at)


def test_events_published_long_ago_go_and_unpublished_ones_stay() -> None:
    add_event("old", NOW - timedelta(days=8))
    add_event("new", NOW - timedelta(days=6))
    add_event("waiting", None)

    assert purge_published_outbox(now=NOW) == 1
    assert set(OutboxEvent.objects.values_list("key", flat=True)) == {"new", "waiting"}


def test_sequences_of_producers_that_ended_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.retention.CHUNK", 2)
    for number in range(5):
        add_sequence(f"old{number}", NOW - timedelta(days=31))
    add_sequence("alive", NOW - timedelta(days=29))

    assert purge_producer_sequences(now=NOW) == 5
    assert ProducerSequence.objects.get().producer_id == "alive"


def test_the_periodic_tasks_run() -> None:
    add_event(uuid4().hex, NOW - timedelta(days=4000))

    outbox_task.apply(throw=True)
    sequences_task.apply(throw=True)

    assert not OutboxEvent.objects.exists()
