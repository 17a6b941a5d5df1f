"""Orphan clicks: hits on a short domain that no link was at, as they are stored."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from apps.analytics.enrichment.clicks import Click, Hit
from apps.analytics.rows import ClickRow
from apps.events.bus import Record
from apps.events.decoding import read_event
from apps.events.topics import Topic

# The workspace of domains that are the installation's own.
NOBODYS = 0


class OrphanRow(NamedTuple):
    """The columns of `orphan_clicks`, in order; those that `ClickRow` has too mean the same.

    `workspace_id` is 0 for a domain of the installation, `kind` is "unknown_code" or "root".
    """

    event_id: UUID
    workspace_id: int
    domain: str
    kind: str
    path: str
    timestamp: datetime
    method: str
    address: str
    user_agent: str
    referrer: str
    referrer_host: str
    country: str
    is_bot: bool
    bot_reason: str
    visitor_id: int


def read_orphan_record(record: Record) -> Hit:
    """The orphan click in `record`, as a click on link 0 whose code is the path. Raises MalformedEvent."""
    event = read_event(record, topic=Topic.ORPHAN_CLICK)
    payload = event.payload
    visitor = {name: payload[name] for name in Click.__struct_fields__ if name in payload}
    nobodys = {"link_id": 0, "link_version": 0, "owner_id": None, "country": "", "destination_url": "", "code": payload["path"]}
    return Hit(event.id, event.occurred_at, Click(**{**visitor, **nobodys, "workspace_id": payload["workspace_id"] or NOBODYS}))


def orphan_rows(rows: Iterable[ClickRow]) -> list[OrphanRow]:
    """What is kept of the rows that enrichment has made of orphan clicks."""
    return [
        OrphanRow(
            event_id=row.event_id,
            workspace_id=row.workspace_id,
            domain=row.domain,
            kind="root" if row.code == "/" else "unknown_code",
            path=row.code,
            timestamp=row.timestamp,
            method=row.method,
            address=row.address,
            user_agent=row.user_agent,
            referrer=row.referrer,
            referrer_host=row.referrer_host,
            country=row.country,
            is_bot=row.is_bot,
            bot_reason=row.bot_reason,
            visitor_id=row.visitor_id,
        )
        for row in rows
    ]
