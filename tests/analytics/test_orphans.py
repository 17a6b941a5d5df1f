"""Orphan clicks from the bus to the report, each once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.analytics.enrichment import Enricher
from apps.analytics.orphan_ingest import OrphanIngest
from apps.analytics.orphan_report import orphan_report
from apps.common.ids import uuid7
from apps.events.bus import Batch, Partition, Record
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.links.models import Link
from tests.analytics.conftest import Rows

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)

HOST = "go.example.com"
PARTITION = Partition(Topic.ORPHAN_CLICK, 0, "log")


def orphan(sequence: int, path: str = "/sprng", *, offset: int = 0, **fields: Any) -> Record:
    at = datetime.now(UTC)
    payload = {
        "domain_id": 1,
        "workspace_id": 3,
        "hostname": HOST,
        "kind": "root" if path == "/" else "unknown_code",
        "path": path,
        "method": "GET",
        "address": "81.2.69.142",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "referrer": "https://news.example/a",
        "accept_language": "en",
        "query": "",
        "purpose": "",
        "producer_id": "00000000000000aa",
        "sequence": sequence,
        **fields,
    }
    event = Event(uuid7(), Topic.ORPHAN_CLICK, "1", at, 1, payload)
    return Record(offset=offset or sequence, key="1", value=event.encode(), headers={}, appended_at=at)


def ingest(*records: Record) -> list[str]:
    """Hands over a batch; reasons of the dead letters."""
    handler = OrphanIngest(enricher=Enricher.from_settings())
    return [letter.reason for letter in handler.handle(Batch(PARTITION, records), None)]  # type: ignore[arg-type]


def test_an_orphan_click_is_stored_as_it_was(clickhouse: Rows) -> None:
    assert ingest(orphan(1), orphan(2, "/", user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")) == []

    columns = "workspace_id, domain, kind, path, method, referrer_host, is_bot"
    assert clickhouse(f"SELECT {columns} FROM orphan_clicks ORDER BY path DESC") == [
        (3, HOST, "unknown_code", "/sprng", "GET", "news.example", False),
        (3, HOST, "root", "/", "GET", "news.example", True),
    ]
    assert clickhouse("SELECT count() FROM click_events") == [(0,)]
    assert not Link.objects.exists()


def test_what_comes_again_is_stored_once(clickhouse: Rows) -> None:
    first, second = orphan(1), orphan(2)

    ingest(first, second)
    ingest(first, second)
    ingest(Record(3, "1", first.value, {}, first.appended_at), orphan(3, offset=4))

    assert clickhouse("SELECT count() FROM orphan_clicks") == [(3,)]


def test_poison_is_put_aside(clickhouse: Rows) -> None:
    poison = orphan(1, path=7)  # type: ignore[arg-type]

    assert ingest(poison, orphan(2)) == ["payload: path has a wrong value"]
    assert clickhouse("SELECT count() FROM orphan_clicks") == [(1,)]


def test_the_owner_sees_the_last_thirty_days_with_bots_apart(clickhouse: Rows) -> None:
    now = datetime.now(UTC)
    bot: dict[str, Any] = {"user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
    ingest(
        orphan(1),
        orphan(2, referrer=""),
        orphan(3, "/other"),
        orphan(4, "/"),
        orphan(5, "/wp-login", **bot),
        orphan(6, "/wp-login", **bot),
        orphan(7, workspace_id=4),
        orphan(8, hostname="elsewhere.example.com"),
        orphan(9, workspace_id=None),
    )

    report = orphan_report(workspace_id=3, hostname=HOST, now=now)

    assert (report.unknown_codes, report.roots, report.bots) == (3, 1, 2)
    assert [(path.code, path.clicks, path.bots, path.referrer) for path in report.paths] == [
        ("sprng", 2, 0, "news.example"),
        ("other", 1, 0, "news.example"),
        ("wp-login", 2, 2, "news.example"),
    ]
    assert orphan_report(workspace_id=3, hostname=HOST, now=now + timedelta(days=31)).paths == []
