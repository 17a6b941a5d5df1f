"""Clicks for tests, in the shape in which the shipper brings them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.common.ids import compose_uuid7
from apps.events.bus import Message
from apps.events.envelope import Event
from apps.events.topics import Topic

PRODUCER = "00000000000000aa"


def click_event(sequence: int, *, at: datetime | None = None, **fields: Any) -> Event:
    """The click number `sequence` of PRODUCER, on link 7 now, with `fields` put into its payload."""
    at = at or datetime.now(UTC)
    payload = {
        "link_id": 7,
        "domain_id": 1,
        "hostname": "sho.rt",
        "code": "abc",
        "destination_url": "https://example.org/",
        "workspace_id": 3,
        "owner_id": 4,
        "link_version": 1,
        "method": "GET",
        "address": "81.2.69.142",
        "user_agent": f"probe/{sequence}",
        "referrer": "",
        "accept_language": "en",
        "query": "",
        "purpose": "",
        "producer_id": PRODUCER,
        "sequence": sequence,
        **fields,
    }
    producer = int(str(payload["producer_id"]), 16)
    event_id = compose_uuid7(unix_ms=int(at.timestamp() * 1000), rand_a=sequence, rand_b=producer + (sequence >> 12))
    return Event(event_id, Topic.URL_REDIRECTED, str(payload["link_id"]), at, 1, payload)


def to_messages(events: Iterable[Event]) -> list[Message]:
    return [Message(event.key, event.encode()) for event in events]
