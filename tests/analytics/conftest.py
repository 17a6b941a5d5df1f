"""Empty tables of clicks. ClickHouse rolls nothing back, so tests that store clicks say `databases=["clickhouse"]`
and take `clickhouse`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from apps.analytics import retention
from apps.analytics.rollups import ROLLUPS

Rows = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def clickhouse(db: None, settings: Any) -> Iterator[Rows]:
    """Runs SQL in the test's ClickHouse database, whose tables are empty when the test begins.

    Clicks are kept for ever, since tests have them on days that recede.
    """
    settings.CLICK_RETENTION_DAYS = 0
    retention.follow_setting(using="clickhouse")

    def run(sql: str) -> list[tuple[object, ...]]:
        with connections["clickhouse"].cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    empty_tables()
    yield run
    empty_tables()


def empty_tables() -> None:
    with connections["clickhouse"].cursor() as cursor:
        for table in ("click_events", "orphan_clicks", *(rollup.table for rollup in ROLLUPS)):
            cursor.execute(f"TRUNCATE TABLE {table}")
