"""Links clicked most are in Redis before anybody asks for them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from apps.analytics import popular, store, tasks
from apps.redirects.warming import LIFE_MS
from tests.analytics.conftest import Rows
from tests.analytics.outages import nobody_listens
from tests.analytics.rows import click_row

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
NOW = datetime(2026, 10, 27, 15, 20, tzinfo=UTC)


def click(link_id: int, *, times: int, hours_ago: int = 1, is_bot: bool = False) -> None:
    rows = [click_row(link_id=link_id, timestamp=NOW - timedelta(hours=hours_ago), is_bot=is_bot) for _ in range(times)]
    store.insert_clicks(rows, token=f"{link_id}-{hours_ago}-{is_bot}")


def test_popular_links_are_those_clicked_most_in_a_day_with_bots(clickhouse: Rows) -> None:
    click(1, times=2)
    click(2, times=3)
    click(3, times=9, hours_ago=26)
    click(4, times=4, is_bot=True)
    assert popular.popular_links(now=NOW) == [4, 2, 1]
    assert popular.popular_links(now=NOW, most=1) == [4]


def test_a_round_without_clickhouse_fails_quietly_and_is_counted(clickhouse: Rows) -> None:
    before = popular.FAILED._value.get()
    with nobody_listens():
        assert popular.warm_popular_links(now=NOW) == 0
    assert popular.FAILED._value.get() == before + 1


def test_the_scheduler_warms_every_few_minutes() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["warm-popular-links"]
    assert entry["task"] == tasks.warm_popular_links.name
    assert float(str(entry["schedule"])) < LIFE_MS / 1000 / 2
