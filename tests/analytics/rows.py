"""Stored clicks for tests."""

import itertools
from datetime import UTC, datetime
from typing import Any

from apps.analytics.rows import ClickRow
from apps.common.ids import compose_uuid7

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def click_row(**values: Any) -> ClickRow:
    """A click on link 7 of workspace 3 at NOON by a visitor of its own, with `values` in place of these."""
    number = next(_numbers)
    at = values.get("timestamp", NOON)
    defaults = {
        **dict.fromkeys(ClickRow._fields, ""),
        "event_id": compose_uuid7(unix_ms=int(at.timestamp() * 1000), rand_a=0, rand_b=number),
        "link_id": 7,
        "workspace_id": 3,
        "owner_id": 4,
        "domain": "sho.rt",
        "code": "abc",
        "destination_url": "https://example.org/",
        "timestamp": at,
        "method": "GET",
        "is_bot": False,
        "visitor_id": number,
        "asn": 0,
        "session_id": number,
        "is_unique_visitor": True,
    }
    return ClickRow(**{**defaults, **values})
