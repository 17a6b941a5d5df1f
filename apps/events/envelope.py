"""What travels on the bus: one JSON object per event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson


class MalformedEvent(ValueError):
    """The bytes are not an event; `reason` says what is wrong in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Event:
    """A fact that happened.

    `key` decides the partition, so events of one key keep their order. `version` is that of the
    payload's schema in `topic`. `occurred_at` is aware and in UTC.
    """

    id: UUID
    topic: str
    key: str
    occurred_at: datetime
    version: int
    payload: dict[str, Any]

    def encode(self) -> bytes:
        """The event as JSON, in UTF-8."""
        return orjson.dumps(
            {
                "id": self.id,
                "topic": self.topic,
                "key": self.key,
                "occurred_at": self.occurred_at,
                "version": self.version,
                "payload": self.payload,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> "Event":
        """The event in `data`. Raises MalformedEvent for anything else."""
        try:
            raw = orjson.loads(data)
            occurred_at = datetime.fromisoformat(raw["occurred_at"])
            event = cls(
                id=UUID(raw["id"]),
                topic=str(raw["topic"]),
                key=str(raw["key"]),
                occurred_at=occurred_at.astimezone(UTC),
                version=int(raw["version"]),
                payload=raw["payload"],
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise MalformedEvent(f"not an event: {error}") from error
        if occurred_at.tzinfo is None or not isinstance(event.payload, dict):
            raise MalformedEvent("not an event: occurred_at without time zone, or payload is no object")
        return event
