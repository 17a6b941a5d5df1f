"""From bytes on the bus to an event that a handler may trust."""

from datetime import UTC, datetime

from apps.events import schemas
from apps.events.bus import Record
from apps.events.envelope import Event, MalformedEvent
from apps.events.errors import InvalidPayload

# Longer values are refused on the way in and dead-lettered on the way out.
MAX_EVENT_BYTES = 256 * 1024
# Times that every store behind the bus can hold; anything else is a broken clock or an attack.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def read_event(record: Record, *, topic: str) -> Event:
    """The event in `record`, checked against the schema of `topic` in the version it names.

    Raises MalformedEvent for whatever no later try could read either.
    """
    if len(record.value) > MAX_EVENT_BYTES:
        raise MalformedEvent(f"oversized: {len(record.value)} bytes")
    event = Event.decode(record.value)
    if event.topic != topic:
        raise MalformedEvent("of another topic")
    if not EARLIEST <= event.occurred_at < LATEST:
        raise MalformedEvent(f"impossible time: {event.occurred_at.isoformat()}")
    try:
        schemas.check(topic=topic, version=event.version, payload=event.payload)
    except InvalidPayload as error:
        raise MalformedEvent(str(error)) from error
    return event
