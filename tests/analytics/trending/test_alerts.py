"""Unusual traffic is told once an episode, in the figures of the link's own past."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.analytics import store
from apps.analytics.trending import alerts
from apps.analytics.trending.models import TrafficAlert
from apps.analytics.trending.tasks import FAILED, watch_traffic
from apps.analytics.trending.traffic import usual_and_spread
from apps.events import schemas
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links.models import Link
from tests.analytics.conftest import Rows
from tests.analytics.outages import nobody_listens
from tests.analytics.rows import click_row
from tests.analytics.trending.conftest import MakeLink

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
NOW = datetime(2026, 10, 27, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _empty(clickhouse: Rows, settings: Any) -> None:
    settings.HIGH_TRAFFIC_CLICKS, settings.HIGH_TRAFFIC_SCORE = 20, 6


def click(link: Link, times: int, *, at: datetime, is_bot: bool = False) -> None:
    rows = [click_row(link_id=link.pk, timestamp=at, is_bot=is_bot) for _ in range(times)]
    store.insert_clicks(rows, token=f"{link.pk}-{at}-{times}-{is_bot}")


def with_past(link: Link, *, hours: int = 30, each: int = 2) -> Link:
    rows = [click_row(link_id=link.pk, timestamp=NOW - number * HOUR) for number in range(2, hours + 2) for _ in range(each)]
    store.insert_clicks(rows, token=f"{link.pk}-past")
    return link


def told() -> list[dict[str, Any]]:
    return [event.payload for event in OutboxEvent.objects.filter(topic=Topic.HIGH_TRAFFIC).order_by("id")]


def test_more_clicks_than_ever_are_told_with_their_figures(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW - timedelta(minutes=5))

    assert alerts.watch(now=NOW) == [link.pk]

    [payload] = told()
    schemas.check_strictly(topic=Topic.HIGH_TRAFFIC, version=1, payload=payload)
    assert (payload["clicks"], payload["usual_clicks"], payload["hour"]) == (40, 2.0, "2026-10-27T15:00:00+00:00")
    assert payload["score"] == pytest.approx(38 / 2**0.5, abs=0.01)


@pytest.mark.parametrize("clicks", [0, 2, 19])
def test_a_few_clicks_are_no_alert_however_unusual(make_link: MakeLink, clicks: int) -> None:
    link = with_past(make_link())
    click(link, clicks, at=NOW)

    assert alerts.watch(now=NOW) == []


def test_many_clicks_are_no_alert_where_they_are_usual(make_link: MakeLink) -> None:
    link = with_past(make_link(), each=40)
    click(link, 60, at=NOW)

    assert alerts.watch(now=NOW) == []


def test_a_link_without_a_past_has_nothing_unusual(make_link: MakeLink) -> None:
    link = with_past(make_link(), hours=10)
    click(link, 90, at=NOW)

    assert alerts.watch(now=NOW) == []


def test_bots_are_no_alert(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 90, at=NOW, is_bot=True)

    assert alerts.watch(now=NOW) == []


def test_clicks_that_came_late_are_told_of_the_hour_before(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW - HOUR)

    assert alerts.watch(now=NOW) == [link.pk]
    assert TrafficAlert.objects.get().hour == datetime(2026, 10, 27, 14, tzinfo=UTC)


def test_an_episode_is_told_once_and_ends_after_a_quiet_hour(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW)
    assert alerts.watch(now=NOW) == [link.pk]

    click(link, 41, at=NOW + timedelta(minutes=1))
    for minutes in (1, 2, 40, 60):
        assert alerts.watch(now=NOW + timedelta(minutes=minutes)) == []
    alert = TrafficAlert.objects.get()
    assert (alert.clicks, alert.ended_at) == (81, None)

    alerts.watch(now=NOW + 2 * HOUR)
    alert.refresh_from_db()
    assert alert.ended_at == NOW + 2 * HOUR
    assert len(told()) == 1


def test_a_link_that_calms_down_and_rises_again_is_told_again(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW)
    alerts.watch(now=NOW)
    alerts.watch(now=NOW + 3 * HOUR)

    click(link, 50, at=NOW + 5 * HOUR)

    assert alerts.watch(now=NOW + 5 * HOUR) == [link.pk]
    assert len(told()) == 2


def test_a_score_between_both_thresholds_begins_nothing_and_ends_nothing(make_link: MakeLink, settings: Any) -> None:
    settings.HIGH_TRAFFIC_SCORE = 20
    link = with_past(make_link())
    click(link, 22, at=NOW)
    assert alerts.watch(now=NOW) == []

    click(link, 30, at=NOW)
    alerts.watch(now=NOW)
    click(link, 22, at=NOW + HOUR)
    alerts.watch(now=NOW + 2 * HOUR)

    assert TrafficAlert.objects.get().ended_at is None


def test_the_hours_of_an_ended_episode_begin_no_other(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW)
    alerts.watch(now=NOW)
    TrafficAlert.objects.update(ended_at=NOW)

    assert alerts.watch(now=NOW + timedelta(minutes=1)) == []
    assert len(told()) == 1


def test_the_latest_alert_is_shown_for_some_days(make_link: MakeLink) -> None:
    link = with_past(make_link())
    click(link, 40, at=NOW)
    alerts.watch(now=NOW)

    assert alerts.alert_of(link, now=NOW) == TrafficAlert.objects.get()
    TrafficAlert.objects.update(ended_at=NOW)
    assert alerts.alert_of(link, now=NOW + timedelta(days=1)) is not None
    assert alerts.alert_of(link, now=NOW + timedelta(days=8)) is None


def test_a_round_without_clickhouse_fails_quietly_and_is_counted() -> None:
    before = FAILED.labels("alerts")._value.get()
    with nobody_listens():
        assert watch_traffic() == 0
    assert FAILED.labels("alerts")._value.get() == before + 1


@pytest.mark.parametrize(
    ("past", "usual", "spread"),
    [([0] * 30, 0.0, 1.0), ([100] * 30, 100.0, 10.0), ([10, 10, 10, 500], 10.0, 10**0.5), ([0, 50, 100, 150, 200], 100.0, 1.4826 * 50)],
)
def test_what_is_usual_is_not_moved_by_a_few_outliers(past: list[int], usual: float, spread: float) -> None:
    assert usual_and_spread(past)[0] == usual
    assert usual_and_spread(past)[1] == pytest.approx(spread)
