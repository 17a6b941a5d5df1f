"""Heat maps agree with a plain count on the viewer's clock."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from apps.analytics import heat_maps, store
from apps.analytics.periods import Period
from tests.analytics.conftest import Rows
from tests.analytics.rows import click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

# In these weeks the clocks of Berlin, New York and Lord Howe Island change, the last by half an hour.
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 10)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham"]


@pytest.mark.parametrize("owner", ["link_id", "workspace_id"])
@pytest.mark.parametrize("zone", ZONES)
def test_clicks_are_counted_by_the_viewer_s_weekday_and_hour(
    clickhouse: Rows, zone: str, owner: Literal["link_id", "workspace_id"]
) -> None:
    period = Period.of_days(FIRST, LAST, tz=ZoneInfo(zone))
    # Each 37 minutes, from before the period to after it.
    begin = datetime(2026, 2, 25, tzinfo=UTC)
    times = [begin + timedelta(minutes=37 * number) for number in range(1_800)]
    rows = [click_row(timestamp=at, link_id=1, workspace_id=10, is_bot=number % 5 == 0) for number, at in enumerate(times)]
    store.insert_clicks([*rows, click_row(timestamp=times[900], link_id=2, workspace_id=11)], token="clicks")

    for include_bots in (False, True):
        expected: Counter[tuple[int, int]] = Counter()
        for row in rows:
            if period.start <= row.timestamp < period.end and (include_bots or not row.is_bot):
                local = row.timestamp.astimezone(period.tz)
                expected[local.weekday(), local.hour] += 1
        found = heat_maps.read(owner, 1 if owner == "link_id" else 10, period, include_bots=include_bots).clicks
        assert {(day, hour): clicks for day, hours in enumerate(found) for hour, clicks in enumerate(hours) if clicks} == expected


def test_changes_of_the_clock_are_found_to_the_second() -> None:
    berlin = Period.of_days(date(2026, 1, 1), date(2026, 12, 31), tz=ZoneInfo("Europe/Berlin"))
    assert heat_maps.clock_changes(berlin) == [
        (int(berlin.start.timestamp()), 3600),
        (int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()), 7200),
        (int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()), 3600),
    ]
