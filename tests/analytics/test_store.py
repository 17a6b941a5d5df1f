"""Clicks are stored as they are, each once, and never half."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from apps.analytics import store
from apps.analytics.models import ClickEvent
from apps.analytics.rows import ClickRow
from apps.events.errors import SinkUnavailable
from tests.analytics.conftest import Rows
from tests.analytics.outages import hanging_up, nobody_listens
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import NOON, click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])


def counts(clickhouse: Rows) -> tuple[object, ...]:
    """Clicks in the table, different ones among them, clicks in the rollup."""
    return clickhouse("SELECT count(), uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly) FROM click_events")[0]


def test_a_click_comes_back_as_it_was_stored(clickhouse: Rows) -> None:
    row = ClickRow(
        event_id=UUID("0193e5b4-7a1f-7000-8000-00000000002a"),
        link_id=2**63,
        workspace_id=1,
        owner_id=0,
        domain="xn--bcher-kva.example:8443",
        code="Größe",
        destination_url="https://example.org/?a=%20'\\\t",
        timestamp=datetime(2026, 5, 4, 12, 0, 0, 123000, tzinfo=UTC),
        method="HEAD",
        address="2001:db8::",
        user_agent="'); DROP TABLE click_events; --",
        referrer="https://t.example/☃",
        referrer_host="t.example",
        referrer_class="social",
        country="DE",
        region="BE",
        city="Berlin",
        device="mobile",
        browser="Firefox",
        browser_version="140",
        os="Android",
        os_version="16",
        language="de",
        utm_source="a",
        utm_medium="b",
        utm_campaign="c",
        utm_term="d",
        utm_content="e",
        is_bot=True,
        bot_reason="head",
        visitor_id=2**64 - 1,
        asn=2**32 - 1,
        network="Ein Netz & Söhne",
        session_id=2**64 - 2,
        is_unique_visitor=True,
    )

    store.insert_clicks([row], token="t")

    stored = ClickEvent.objects.get()
    assert {name: getattr(stored, name) for name in ClickRow._fields} == row._asdict()


def test_a_time_in_another_zone_is_the_same_time(clickhouse: Rows) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    early = datetime(1969, 12, 31, 23, tzinfo=UTC)
    store.insert_clicks([click_row(timestamp=NOON.astimezone(kolkata)), click_row(timestamp=early)], token="t")

    assert [click.timestamp for click in ClickEvent.objects.order_by("-timestamp")] == [NOON, early]


def test_many_clicks_over_months_are_stored_once_under_one_token(clickhouse: Rows) -> None:
    rows = [click_row(timestamp=NOON - timedelta(days=n % 100), link_id=n % 50) for n in range(10_000)]

    for _ in range(3):
        store.insert_clicks(rows, token="topic:log:0:1-10000")

    assert counts(clickhouse) == (10_000, 10_000, 10_000)
    assert wrong_rollups() == []


def test_like_clicks_under_another_token_are_other_clicks(clickhouse: Rows) -> None:
    store.insert_clicks([click_row(visitor_id=1) for _ in range(10)], token="a")
    store.insert_clicks([click_row(visitor_id=1) for _ in range(10)], token="b")

    assert counts(clickhouse) == (20, 20, 20)


def test_no_clicks_are_no_query(clickhouse: Rows, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0, connection=connections["clickhouse"]):
        store.insert_clicks([], token="t")


def test_one_batch_is_one_query(clickhouse: Rows, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1, connection=connections["clickhouse"]):
        store.insert_clicks([click_row() for _ in range(100)], token="t")


def test_the_rollup_keeps_hours_links_and_bots_apart(clickhouse: Rows) -> None:
    clicks = [
        click_row(visitor_id=1),
        click_row(visitor_id=1, timestamp=NOON + timedelta(minutes=59)),
        click_row(visitor_id=2, is_bot=True),
        click_row(visitor_id=1, timestamp=NOON + timedelta(minutes=60)),
        click_row(visitor_id=1, link_id=8),
    ]

    for number, click in enumerate(clicks):
        store.insert_clicks([click], token=str(number))

    assert clickhouse(
        "SELECT link_id, toHour(hour), is_bot, sum(clicks), uniqMerge(visitors) FROM clicks_hourly GROUP BY ALL ORDER BY ALL"
    ) == [(7, 12, False, 2, 1), (7, 12, True, 1, 1), (7, 13, False, 1, 1), (8, 12, False, 1, 1)]


def test_what_the_server_refuses_is_not_taken_for_stored(clickhouse: Rows) -> None:
    clickhouse("RENAME TABLE click_events TO click_events_away")
    try:
        with pytest.raises(SinkUnavailable, match="click_events"):
            store.insert_clicks([click_row()], token="t")
    finally:
        clickhouse("RENAME TABLE click_events_away TO click_events")


@pytest.mark.parametrize("outage", [nobody_listens, hanging_up])
def test_an_outage_is_told(clickhouse: Rows, outage: Callable[[], AbstractContextManager[None]]) -> None:
    with outage(), pytest.raises(SinkUnavailable):
        store.insert_clicks([click_row()], token="t")

    store.insert_clicks([click_row()], token="t")
    assert counts(clickhouse) == (1, 1, 1)
