"""Events as they lie on the bus; golden/ holds one of each schema, byte for byte what readers of
that version must understand for ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from apps.events.bus import Record

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.v1.json").read_bytes()


def link_payload(**changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = orjson.loads(golden("url_updated_events"))["payload"]
    return payload | changes


def link_event(number: int = 1, **changes: Any) -> bytes:
    """An url_updated event of link `number`; `changes` replace parts of the envelope."""
    event = orjson.loads(golden("url_updated_events"))
    event["key"] = str(number)
    event["payload"]["link_id"] = number
    return orjson.dumps(event | changes)


def record(value: bytes, *, offset: int = 1) -> Record:
    return Record(offset=offset, key="k", value=value, headers={}, appended_at=NOW)


# What F18 of the fault battery sends down the pipeline, by the reason that must be kept with it.
POISON = {
    "not JSON": b"{'id': 1",
    "no object": b"[1, 2]",
    "bad UTF-8": link_event().replace(b"spring", b"spr\xff\xfeng"),
    "unknown schema version": link_event(version=99),
    "two megabytes": link_event(pad="x" * 2_000_000),
    "1970": link_event(occurred_at="1970-01-01T00:00:00+00:00"),
    "2262": link_event(occurred_at="2262-04-12T00:00:00+00:00"),
    "no time zone": link_event(occurred_at="2026-11-23T01:02:03"),
    "payload of a wrong kind": link_event(payload=[]),
    "missing field": link_event(payload={"link_id": 1}),
    "wrong type": link_event(payload=link_payload(link_id="1")),
    "of another topic": link_event(topic="user_events"),
}
