from typing import Any

import pytest

from apps.events import schemas
from apps.events.decoding import read_event
from apps.events.envelope import Event, MalformedEvent
from apps.events.errors import InvalidPayload
from apps.events.topics import Topic
from tests.events.samples import GOLDEN, POISON, golden, link_payload, record


@pytest.mark.parametrize(("topic", "version"), schemas.SCHEMAS)
def test_every_schema_has_a_golden_event_that_readers_understand(topic: str, version: int) -> None:
    event = read_event(record((GOLDEN / f"{topic}.v{version}.json").read_bytes()), topic=topic)

    assert (event.topic, event.version) == (topic, version)
    schemas.check_strictly(topic=topic, version=version, payload=event.payload)


def test_an_event_survives_the_wire() -> None:
    event = read_event(record(golden("url_redirected_events")), topic=Topic.URL_REDIRECTED)

    assert Event.decode(event.encode()) == event


@pytest.mark.parametrize("kind", POISON)
def test_poison_is_told_from_events(kind: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        read_event(record(POISON[kind]), topic=Topic.URL_UPDATED)

    assert caught.value.reason


@pytest.mark.parametrize(
    "change",
    [
        {"link_id": 0},
        {"link_id": True},
        {"link_id": 2**63},
        {"hostname": None},
        {"tags": "mail"},
        {"tags": [1]},
        {"is_active": 1},
        {"expires_at": "2027-03-01"},
        {"expires_at": "soon"},
        {"link_version": -1},
    ],
    ids=str,
)
def test_a_wrong_value_names_its_field(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload, match=next(iter(change))):
        schemas.check(topic=Topic.URL_UPDATED, version=1, payload=link_payload(**change))


def test_readers_ignore_fields_that_came_later() -> None:
    schemas.check(topic=Topic.URL_UPDATED, version=1, payload=link_payload(colour="red"))


def test_writers_may_not_add_fields_beside_the_schema() -> None:
    with pytest.raises(InvalidPayload, match="colour"):
        schemas.check_strictly(topic=Topic.URL_UPDATED, version=1, payload=link_payload(colour="red"))
