from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from apps.events import outbox
from apps.events.errors import InvalidPayload, OutsideTransaction
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from tests.events.samples import NOW, link_payload


def record(**changes: Any) -> None:
    arguments: dict[str, Any] = {"topic": Topic.URL_UPDATED, "key": "42", "payload": link_payload(), "occurred_at": NOW}
    outbox.record(**(arguments | changes))


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        record()


@pytest.mark.django_db
def test_an_event_waits_in_the_outbox_as_it_was_recorded() -> None:
    record()

    row = OutboxEvent.objects.get()
    event = row.to_event()
    assert row.published_at is None
    assert (event.topic, event.key, event.version, event.occurred_at) == ("url_updated_events", "42", 1, NOW)
    assert event.payload == link_payload()


@pytest.mark.django_db
def test_events_recorded_within_a_millisecond_keep_their_order() -> None:
    for number in range(100):
        record(key=str(number))

    keys = OutboxEvent.objects.order_by("id").values_list("key", flat=True)
    assert list(keys) == [str(number) for number in range(100)]


@pytest.mark.django_db
def test_a_rolled_back_change_leaves_no_event() -> None:
    savepoint = transaction.savepoint()
    record()
    transaction.savepoint_rollback(savepoint)

    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {}},
        {"payload": link_payload(extra=1)},
        {"payload": link_payload(title="\ud800")},
        {"payload": link_payload(title="x" * 300_000)},
        {"schema_version": 2},
        {"topic": "no such topic"},
        {"occurred_at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
    ids=["empty", "unknown field", "not Unicode", "oversized", "unknown version", "unknown topic", "naive time"],
)
def test_what_no_consumer_could_read_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        record(**changes)

    assert not OutboxEvent.objects.exists()
