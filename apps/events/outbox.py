"""Writing events in the transaction of the change that they tell of; the relay publishes them."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from apps.common.copying import copy_models
from apps.common.ids import uuid7
from apps.events import schemas
from apps.events.decoding import EARLIEST, LATEST, MAX_EVENT_BYTES
from apps.events.errors import InvalidPayload, OutsideTransaction
from apps.events.models import OutboxEvent
from apps.events.topics import Topic


class _AscendingIds:
    """UUIDv7s that ascend within the process, also inside one millisecond: the relay goes by them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = UUID(int=0)

    def next(self) -> UUID:
        with self._lock:
            self._last = max(uuid7(), UUID(int=self._last.int + 1))
            return self._last


_ids = _AscendingIds()


def record(*, topic: Topic, key: str, payload: dict[str, Any], occurred_at: datetime, schema_version: int = 1) -> None:
    """Keep an event for publication if, and only if, the running transaction commits.

    `occurred_at` is aware. Events of one key are published in the order of their recording.
    Raises OutsideTransaction when there is no transaction, InvalidPayload when the payload does not
    fit version `schema_version` of the topic's schema.
    """
    row = _row(topic=topic, key=key, payload=payload, occurred_at=occurred_at, schema_version=schema_version)
    row.save(force_insert=True)


def record_all(*, topic: Topic, events: Sequence[tuple[str, dict[str, Any]]], occurred_at: datetime, schema_version: int = 1) -> None:
    """The same for many events of a topic, each with its key and payload, in one statement."""
    rows = [_row(topic=topic, key=key, payload=payload, occurred_at=occurred_at, schema_version=schema_version) for key, payload in events]
    copy_models(rows)


def _row(*, topic: Topic, key: str, payload: dict[str, Any], occurred_at: datetime, schema_version: int) -> OutboxEvent:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{topic}: record events inside transaction.atomic()")
    if occurred_at.tzinfo is None or not EARLIEST <= occurred_at < LATEST:
        raise InvalidPayload(f"occurred_at: {occurred_at} has no time zone or is out of range")
    schemas.check_strictly(topic=topic, version=schema_version, payload=payload)
    row = OutboxEvent(
        id=_ids.next(),
        topic=topic,
        key=key,
        payload=payload,
        schema_version=schema_version,
        occurred_at=occurred_at,
    )
    _refuse_unreadable(row)
    return row


def _refuse_unreadable(row: OutboxEvent) -> None:
    """A row that cannot be sent, or not be read, would stop the relay for all that come after it."""
    try:
        size = len(row.to_event().encode())
    except orjson.JSONEncodeError as error:
        raise InvalidPayload(f"payload: {error}") from error
    if size > MAX_EVENT_BYTES:
        raise InvalidPayload(f"payload: {size} bytes are more than {MAX_EVENT_BYTES}")
