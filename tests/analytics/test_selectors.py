"""Reports agree with a plain count in Python, in every time zone."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connections

from apps.analytics import selectors, store, top_links, workspace_series
from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Point, Share, TopLink, Totals
from apps.analytics.rows import ClickRow
from tests.analytics.conftest import Rows
from tests.analytics.outages import hanging_up, nobody_listens, silence
from tests.analytics.rows import NOON, click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

# On the Sunday before, the clocks of Berlin went back by an hour.
NOW = datetime(2026, 10, 27, 15, 20, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"]
BROWSERS = [f"Browser {number}" for number in range(14)]


@pytest.fixture
def clicks(clickhouse: Rows) -> Sequence[ClickRow]:
    """Some thousand clicks of two workspaces over a month, stored."""
    chance = random.Random(7)
    times = [NOW - timedelta(milliseconds=chance.randrange(25 * 86_400_000)) for _ in range(6000)]
    rows = [
        click_row(
            timestamp=at,
            link_id=(link := chance.choice([1, 1, 1, 2, 2, 3, 4, 5])),
            workspace_id=10 if link < 5 else 11,
            # Who clicks has another id on another day.
            visitor_id=chance.randrange(100) + 1000 * at.toordinal(),
            is_bot=chance.random() < 0.1,
            country=chance.choice(["DE", "DE", "IN", ""]),
            referrer_host=chance.choice(["", "t.example", "news.example"]),
            browser=chance.choices(BROWSERS, weights=range(1, 15))[0],
            os=chance.choice(["Linux", "Windows"]),
            device=chance.choice(["desktop", "mobile"]),
        )
        for at in times
    ]
    store.insert_clicks(rows, token="clicks")
    return rows


def periods(zone: str) -> list[Period]:
    tz = ZoneInfo(zone)
    return [
        Period.last(days=7, now=NOW, tz=tz),
        Period.last(hours=72, now=NOW, tz=tz),
        Period(datetime(2026, 10, 20, 7, 13, tzinfo=UTC), datetime(2026, 10, 26, 3, 40, tzinfo=UTC), "day", tz),
    ]


def within(rows: Sequence[ClickRow], start: datetime, end: datetime) -> list[ClickRow]:
    return [row for row in rows if start <= row.timestamp < end]


def people(rows: Sequence[ClickRow]) -> list[ClickRow]:
    return [row for row in rows if not row.is_bot]


def counted(rows: Sequence[ClickRow], *, include_bots: bool = False) -> Totals:
    kept = rows if include_bots else people(rows)
    return Totals(len(kept), len({row.visitor_id for row in kept}), len(rows) - len(people(rows)))


def course(rows: Sequence[ClickRow], period: Period) -> list[Point]:
    """The series by the wall clock alone: rows are sorted into buckets by their local date or hour."""
    starts = period.buckets()
    points = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else period.end
        totals = counted(within(rows, start, end))
        points.append(Point(start, totals.clicks, totals.visitors))
    return points


@pytest.mark.parametrize("zone", ZONES)
def test_the_report_of_a_link_agrees_with_a_plain_count(clicks: Sequence[ClickRow], zone: str) -> None:
    rows = [row for row in clicks if row.link_id == 1]
    for period in periods(zone):
        before = period.previous()

        report = selectors.link_report(link_id=1, period=period)

        assert report.totals == counted(within(rows, period.start, period.end))
        assert report.previous == counted(within(rows, before.start, before.end))
        assert list(report.series) == course(rows, period)
        assert list(report.previous_series) == course(rows, before)
        assert sum(point.clicks for point in report.series) == report.totals.clicks


@pytest.mark.parametrize("zone", ZONES)
def test_the_report_of_a_workspace_agrees_with_a_plain_count(clicks: Sequence[ClickRow], zone: str) -> None:
    rows = [row for row in clicks if row.workspace_id == 10]
    for period in periods(zone):
        before, present = period.previous(), within(rows, period.start, period.end)
        by_link = {link: counted([row for row in present if row.link_id == link]) for link in (1, 2, 3, 4)}

        report = selectors.workspace_report(workspace_id=10, period=period)

        assert report.totals == counted(present)
        assert report.previous == counted(within(rows, before.start, before.end))
        assert list(report.series) == course(rows, period)
        assert list(report.previous_series) == course(rows, before)
        expected = [TopLink(link, totals.clicks, totals.visitors) for link, totals in by_link.items()]
        assert list(report.top_links) == sorted(expected, key=lambda link: (-link.clicks, link.link_id))


@pytest.mark.parametrize("zone", ZONES)
def test_visitors_among_many_clicks_are_counted_roughly(clicks: Sequence[ClickRow], zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_series, "EXACT_UP_TO", 100)
    monkeypatch.setattr(top_links, "EXACT_UP_TO", 100)
    rows = people([row for row in clicks if row.workspace_id == 10])
    for period in periods(zone)[:2]:
        present = within(rows, period.start, period.end)

        report = selectors.workspace_report(workspace_id=10, period=period)

        assert report.totals.clicks == len(present)
        assert report.totals.visitors == pytest.approx(len({row.visitor_id for row in present}), rel=0.03)
        assert [point.visitors for point in report.series] == pytest.approx([point.visitors for point in course(rows, period)], rel=0.05)
        for link in report.top_links:
            visitors = {row.visitor_id for row in present if row.link_id == link.link_id}
            assert link.visitors == pytest.approx(len(visitors), rel=0.05)


def test_more_links_than_are_shown_are_ranked_by_what_they_had_at_the_ends_too(clickhouse: Rows) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    period = Period.last(days=3, now=NOW, tz=berlin)
    early, middle = period.start, period.start + timedelta(days=1, hours=12)
    rows = [click_row(link_id=link, timestamp=middle) for link in range(1, 13) for _ in range(10)]
    # The last two have most of their clicks in the hours before the first midnight of UTC.
    rows += [click_row(link_id=link, timestamp=early) for link in (11, 12) for _ in range(link)]
    # And one has many on that day, but before the period.
    rows += [click_row(link_id=1, timestamp=early - timedelta(minutes=1)) for _ in range(50)]
    store.insert_clicks(rows, token="ranked")

    report = selectors.workspace_report(workspace_id=3, period=period)

    assert [(link.link_id, link.clicks) for link in report.top_links] == [(12, 22), (11, 21), *((link, 10) for link in range(1, 9))]


def test_a_day_of_the_series_holds_the_clicks_of_that_date(clicks: Sequence[ClickRow]) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    dates = Counter(row.timestamp.astimezone(berlin).date() for row in people(clicks) if row.link_id == 1)

    report = selectors.link_report(link_id=1, period=Period.last(days=7, now=NOW, tz=berlin))

    assert [(point.at.date(), point.clicks) for point in report.series] == [(date, dates[date]) for date in sorted(dates)[-7:]]


@pytest.mark.parametrize("zone", ZONES)
def test_sparklines_agree_with_a_plain_count(clicks: Sequence[ClickRow], zone: str) -> None:
    tz = ZoneInfo(zone)
    period = Period.last(days=14, now=NOW, tz=tz)

    lines = selectors.sparklines(workspace_id=10, link_ids=[1, 3, 99], days=14, now=NOW, tz=tz)

    assert lines[99] == [0] * 14
    for link in (1, 3):
        assert lines[link] == [point.clicks for point in course([row for row in clicks if row.link_id == link], period)]


def test_sparklines_of_another_workspace_stay_empty(clicks: Sequence[ClickRow]) -> None:
    assert selectors.sparklines(workspace_id=11, link_ids=[1], days=2, now=NOW, tz=ZoneInfo("UTC")) == {1: [0, 0]}


def test_no_links_have_no_sparklines(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0, connection=connections["clickhouse"]):
        assert selectors.sparklines(workspace_id=1, link_ids=[], now=NOW, tz=ZoneInfo("UTC")) == {}


@pytest.mark.parametrize("include_bots", [False, True])
def test_shares_agree_with_a_plain_count(clicks: Sequence[ClickRow], include_bots: bool) -> None:
    period = Period.last(days=30, now=NOW, tz=ZoneInfo("UTC"))
    rows = [row for row in clicks if row.link_id == 1]
    kept = rows if include_bots else people(rows)

    report = selectors.link_report(link_id=1, period=period, include_bots=include_bots)

    assert report.totals == counted(rows, include_bots=include_bots)
    for name in ("country", "referrer_host", "os", "device"):
        shares = report.shares[name]
        expected = Counter(getattr(row, name) for row in kept)
        assert [(share.label, share.count) for share in shares] == sorted(expected.items(), key=lambda item: (-item[1], item[0]))
        assert sum(share.fraction for share in shares) == pytest.approx(1)


def test_what_is_not_among_the_first_ten_is_added_up(clicks: Sequence[ClickRow]) -> None:
    rows = people([row for row in clicks if row.link_id == 1])
    expected = Counter(row.browser for row in rows)

    shares = selectors.link_report(link_id=1, period=Period.last(days=30, now=NOW, tz=ZoneInfo("UTC"))).shares["browser"]

    ranked = sorted(expected.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _browser, count in ranked[10:])
    assert list(shares) == [
        *(Share(browser, count, count / len(rows)) for browser, count in ranked[:10]),
        Share("", rest, rest / len(rows), is_other=True),
    ]


def test_a_link_without_clicks_has_a_report_of_zeros(clickhouse: Rows) -> None:
    report = selectors.link_report(link_id=1, period=Period.last(days=2, now=NOW, tz=ZoneInfo("UTC")))

    assert report.totals == report.previous == Totals(0, 0, 0)
    assert [(point.clicks, point.visitors) for point in report.series] == [(0, 0), (0, 0)]
    assert list(report.shares) == ["country", "referrer_host", "browser", "os", "device"]
    assert not any(report.shares.values())
    assert report.heat_map.clicks == [[0] * 24] * 7


def test_the_edges_of_a_period_belong_to_one_side_only(clickhouse: Rows) -> None:
    period = Period.last(days=1, now=NOON, tz=ZoneInfo("UTC"))
    millisecond = timedelta(milliseconds=1)
    edges = [period.start - millisecond, period.start, period.end - millisecond, period.end]
    store.insert_clicks([click_row(timestamp=at) for at in edges], token="edges")

    report = selectors.link_report(link_id=7, period=period)

    assert (report.totals.clicks, report.previous.clicks) == (2, 1)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_reports_take_few_queries(clicks: Sequence[ClickRow], django_assert_num_queries: Any, zone: str) -> None:
    period = Period.last(days=7, now=NOW, tz=ZoneInfo(zone))
    database = connections["clickhouse"]

    with django_assert_num_queries(3, connection=database):
        selectors.link_report(link_id=1, period=period)
    with django_assert_num_queries(2, connection=database):
        selectors.link_breakdown(link_id=1, period=period, name="city")
    with django_assert_num_queries(1, connection=database):
        selectors.compare(link_ids=[1, 2, 3], period=period)
    # At midnight of UTC, nothing has to be looked at beside whole days.
    with django_assert_num_queries(6 if zone == "UTC" else 7, connection=database):
        selectors.workspace_report(workspace_id=10, period=period)
    with django_assert_num_queries(1, connection=database):
        selectors.sparklines(workspace_id=10, link_ids=[1, 2], now=NOW, tz=ZoneInfo(zone))


@pytest.mark.parametrize("outage", [nobody_listens, silence, hanging_up])
def test_an_outage_is_told_within_five_seconds(clickhouse: Rows, outage: Callable[[], AbstractContextManager[None]]) -> None:
    period = Period.last(days=7, now=NOW, tz=ZoneInfo("UTC"))
    began = time.monotonic()

    with outage(), pytest.raises(AnalyticsUnavailable) as caught:
        selectors.link_report(link_id=1, period=period)

    assert time.monotonic() - began < 5
    assert (caught.value.code, caught.value.http_status) == ("analytics_unavailable", 503)
    assert selectors.link_report(link_id=1, period=period).totals == Totals(0, 0, 0)


def test_a_query_that_takes_too_long_is_an_outage(clickhouse: Rows) -> None:
    began = time.monotonic()

    with pytest.raises(AnalyticsUnavailable):
        fetch("SELECT sum(sipHash64(number)) FROM numbers(%(n)s) SETTINGS max_rows_to_read = 0", {"n": 100_000_000_000})

    assert time.monotonic() - began < 5


def test_a_mistake_of_ours_is_not_taken_for_an_outage(clickhouse: Rows) -> None:
    with pytest.raises(DatabaseError, match="nowhere"):
        fetch("SELECT * FROM nowhere", {})
