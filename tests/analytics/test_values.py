"""The most frequent values of properties agree with a plain count, wherever they are taken from."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from apps.analytics import store, values
from apps.analytics.periods import Period
from apps.analytics.rollups import PROPERTIES
from apps.analytics.rows import ClickRow
from tests.analytics.conftest import Rows
from tests.analytics.rows import click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

NOW = datetime(2026, 5, 20, 15, 40, tzinfo=UTC)
Owner = Literal["link_id", "workspace_id"]


@pytest.fixture
def clicks(clickhouse: Rows) -> Sequence[ClickRow]:
    """Clicks of twelve days, stored."""
    chance = random.Random(3)
    rows = [
        click_row(
            timestamp=NOW - timedelta(milliseconds=chance.randrange(12 * 86_400_000)),
            link_id=chance.choice([1, 1, 2]),
            workspace_id=10,
            is_bot=chance.random() < 0.1,
            **{name: f"{name} {chance.randrange(14)}" if chance.random() < 0.9 else "" for name in PROPERTIES},
        )
        for _ in range(2500)
    ]
    rows += [click_row(link_id=3, workspace_id=11, timestamp=NOW, country="XX") for _ in range(50)]
    store.insert_clicks(rows, token="values")
    return rows


def periods(zone: str) -> list[Period]:
    tz = ZoneInfo(zone)
    return [
        Period.last(days=7, now=NOW, tz=tz),
        Period.last(days=1, now=NOW, tz=tz),
        Period.last(hours=5, now=NOW, tz=tz),
        Period(datetime(2026, 5, 12, 7, 13, tzinfo=UTC), datetime(2026, 5, 14, 3, 40, tzinfo=UTC), "day", tz),
    ]


@pytest.mark.parametrize("include_bots", [False, True])
@pytest.mark.parametrize("owner", ["link_id", "workspace_id"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_values_agree_with_a_plain_count(clicks: Sequence[ClickRow], zone: str, owner: Owner, include_bots: bool) -> None:
    owner_id = {"link_id": 1, "workspace_id": 10}[owner]
    for period in periods(zone):
        rows = [row for row in clicks if getattr(row, owner) == owner_id and period.start <= row.timestamp < period.end]

        found = values.most_frequent(owner=owner, owner_id=owner_id, period=period, properties=PROPERTIES, include_bots=include_bots, top=5)

        for name in PROPERTIES:
            counted = Counter(getattr(row, name) for row in rows if include_bots or not row.is_bot)
            assert found[name] == sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:5]


def test_a_day_that_is_not_over_counts_as_whole(clickhouse: Rows) -> None:
    now = datetime.now(UTC)
    # Its last day ends before the day of UTC does.
    period = Period.last(days=2, now=now, tz=ZoneInfo("Asia/Tokyo"))
    store.insert_clicks([click_row(workspace_id=10, timestamp=now, country="JP") for _ in range(3)], token="today")

    found = values.most_frequent(owner="workspace_id", owner_id=10, period=period, properties=["country"])

    assert found == {"country": [("JP", 3)]}


def test_all_values_take_one_query(clicks: Sequence[ClickRow], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1, connection=connections["clickhouse"]):
        values.most_frequent(owner="workspace_id", owner_id=10, period=periods("UTC")[0], properties=PROPERTIES)


def test_a_property_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no such property"):
        values.most_frequent(owner="link_id", owner_id=1, period=periods("UTC")[0], properties=["address"])
