"""Clicks on a cluster: stored, made whole, erased, by the names that tables have there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from apps.analytics import erasure, replays, store
from tests.analytics.cluster.backend.base import DatabaseWrapper
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import click_row

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)

BEGAN = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
TOKEN = "url_redirected_events:log:1:1-200"


def ask(sql: str) -> list[tuple[object, ...]]:
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_clicks_are_stored_made_whole_and_erased(migrated: DatabaseWrapper) -> None:
    rows = [click_row(link_id=number % 7 + 1, timestamp=BEGAN + timedelta(seconds=30 * number)) for number in range(200)]
    in_may = [row for row in rows if row.timestamp.month == 5]

    # One shard's part of a block came through, the other's did not.
    store.insert_rows("click_events", in_may, {"insert_deduplicate": 0}, lane=store.lane_of(TOKEN))
    assert ask("SELECT count() FROM click_events_local") == [(len(in_may),)]
    replays.make_whole("click_events", rows, token=TOKEN)
    replays.make_whole("click_events", rows, token=TOKEN)
    assert ask("SELECT count(), uniqExact(event_id) FROM click_events") == [(200, 200)]
    assert wrong_rollups() == []

    ask("ALTER TABLE clicks_hourly_local DELETE WHERE toMonth(hour, 'UTC') = 6")
    assert wrong_rollups() == ["clicks_hourly"]
    replays.make_whole("click_events", rows, token=TOKEN)
    assert wrong_rollups() == []

    assert erasure.erase_links([3], by="test") == sum(row.link_id == 3 for row in rows)
    assert ask("SELECT countIf(link_id = 3), count() FROM click_events") == [(0, sum(row.link_id != 3 for row in rows))]
    assert wrong_rollups() == []
    told = [sql for sql in migrated.statements if sql.startswith("ALTER TABLE") and " DELETE WHERE link_id" in sql]
    assert told
    assert [sql for sql in told if "_local ON CLUSTER `main` DELETE" not in sql] == []
