"""Clicks that a fault publishes itself, in the form in which the shipper brings them."""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any


class Clicks:
    """Makes the clicks of one producer, numbered in their order."""

    def __init__(self) -> None:
        self._producer = secrets.token_hex(8)
        self._numbers: Iterator[int] = count(1)

    def make(self, link_id: int, *, at: datetime | None = None, version: int = 1, payload: Mapping[str, Any] | None = None) -> bytes:
        """The next click: on the link, now or `at`, with `payload` in place of these values."""
        from apps.common.ids import uuid7  # noqa: PLC0415 - settings are the stage's
        from apps.events.topics import Topic  # noqa: PLC0415

        number = next(self._numbers)
        values = {
            "link_id": link_id,
            "domain_id": 1,
            "hostname": "sho.rt",
            "code": "code",
            "destination_url": "https://example.com/",
            "workspace_id": 1,
            "owner_id": 1,
            "link_version": 1,
            "method": "GET",
            "address": "81.2.69.142",
            "user_agent": f"probe/made-{number % 500}",
            "referrer": "",
            "accept_language": "en",
            "query": "",
            "purpose": "",
            "producer_id": self._producer,
            "sequence": number,
            **(payload or {}),
        }
        event = {
            "id": str(uuid7()),
            "topic": str(Topic.URL_REDIRECTED),
            "key": str(link_id),
            "occurred_at": (at or datetime.now(UTC)).isoformat(),
            "version": version,
            "payload": values,
        }
        return json.dumps(event).encode()
