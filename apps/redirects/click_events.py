"""From a frame of the spool to the event on the bus."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from apps.common.ids import compose_uuid7
from apps.events.bus import Message
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.redirects.frames import FIELDS, CorruptFrame, Frame

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = 5


def click_id(time_ns: int, producer_id: int, sequence: int) -> UUID:
    """The id of a click: a function of what the spool holds, so that shipping twice gives the same.

    The low 12 bits of the sequence keep clicks of one millisecond in order; the rest tells
    producers, and later rounds of the same 12 bits, apart.
    """
    return compose_uuid7(unix_ms=time_ns // 1_000_000, rand_a=sequence, rand_b=producer_id + (sequence >> 12))


def to_message(frame: Frame, producer_id: int) -> Message:
    """The message of one click. Raises CorruptFrame when its fields are not those of a click."""
    (link_id, domain_id, workspace_id, owner_id, version), texts = _read(frame)
    payload = {
        "link_id": link_id,
        "domain_id": domain_id,
        "workspace_id": workspace_id,
        "owner_id": owner_id or None,
        "link_version": version,
        **texts,
    }
    return _message(frame, producer_id, Topic.URL_REDIRECTED, key=link_id, payload=payload)


def orphan_message(frame: Frame, producer_id: int) -> Message:
    """The message of one orphan click. Raises CorruptFrame when its fields are not those of a click."""
    (_link_id, domain_id, workspace_id, *_), texts = _read(frame)
    code, hostname = texts.pop("code"), texts.pop("hostname")
    del texts["destination_url"]
    payload = {
        "domain_id": domain_id,
        "workspace_id": workspace_id or None,
        "hostname": hostname,
        "kind": "unknown_code" if code else "root",
        "path": f"/{code}",
        **texts,
    }
    return _message(frame, producer_id, Topic.ORPHAN_CLICK, key=domain_id, payload=payload)


def _message(frame: Frame, producer_id: int, topic: Topic, *, key: int, payload: dict[str, Any]) -> Message:
    event = Event(
        id=click_id(frame.time_ns, producer_id, frame.sequence),
        topic=topic,
        key=str(key),
        occurred_at=_EPOCH + timedelta(microseconds=frame.time_ns // 1000),
        version=1,
        payload=payload | {"producer_id": f"{producer_id:016x}", "sequence": frame.sequence},
    )
    return Message(key=event.key, value=event.encode())


def _read(frame: Frame) -> tuple[list[int], dict[str, str]]:
    """The fields of a click: numbers in their order, texts by name. Raises CorruptFrame."""
    values = frame.fields.split(b"\0")
    if len(values) != len(FIELDS):
        raise CorruptFrame(f"{len(values)} fields")
    try:
        numbers = [int(value) for value in values[:_NUMBERS]]
    except ValueError as error:
        raise CorruptFrame(f"fields: {error}") from error
    # Visitors send what they like; bytes that are not UTF-8 become U+FFFD.
    texts = [value.decode("utf-8", "replace") for value in values[_NUMBERS:]]
    return numbers, dict(zip(FIELDS[_NUMBERS:], texts, strict=True))
