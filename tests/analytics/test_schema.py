"""The tables of clicks as `migrate` leaves them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from apps.analytics import retention
from apps.analytics.models import ClickEvent, ClicksHourly
from apps.analytics.rollups import ROLLUPS
from apps.analytics.rows import ClickRow
from tests.analytics.conftest import Rows

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

# Lines of CREATE TABLE without which clicks would be lost, counted twice or found slowly.
LAYOUT = {
    "click_events": [
        "ENGINE = MergeTree",
        "PARTITION BY (toYYYYMM(timestamp, 'UTC'))",
        "ORDER BY (link_id, timestamp, event_id)",
        "`timestamp` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))",
        "`event_id` UUID",
        "`country` LowCardinality(String)",
        "`is_bot` Bool",
        "`visitor_id` UInt64",
        "non_replicated_deduplication_window = 1000",
        "fsync_after_insert = 1",
    ],
    "clicks_hourly": [
        "ENGINE = AggregatingMergeTree",
        "ORDER BY (workspace_id, link_id, hour, is_bot)",
        "`visitors` AggregateFunction(uniq, UInt64)",
        "non_replicated_deduplication_window = 1000",
        "fsync_after_insert = 1",
    ],
    "clicks_daily": [
        "ENGINE = AggregatingMergeTree",
        "ORDER BY (workspace_id, link_id, day, is_bot)",
        "`visitors_rough` AggregateFunction(uniqCombined64(12), UInt64)",
        "non_replicated_deduplication_window = 1000",
        "fsync_after_insert = 1",
    ],
    "workspace_clicks": ["ORDER BY (workspace_id, quarter, is_bot, lane)", "non_replicated_deduplication_window = 1000"],
    "workspace_visitors": ["ORDER BY (workspace_id, step, start, is_bot)", "non_replicated_deduplication_window = 1000"],
    "values_daily": ["ORDER BY (workspace_id, property, day, value, is_bot, lane)", "non_replicated_deduplication_window = 1000"],
}


@pytest.fixture
def migrate(settings: Any) -> Any:
    """Runs `migrate` on ClickHouse with a retention of so many days; the setting's own holds afterwards."""

    def run(days: int) -> None:
        settings.CLICK_RETENTION_DAYS = days
        call_command("migrate", "analytics", database="clickhouse", stdout=StringIO())

    kept = settings.CLICK_RETENTION_DAYS
    yield run
    run(kept)


def created(clickhouse: Rows, table: str) -> str:
    return str(clickhouse(f"SHOW CREATE TABLE {table}")[0][0])


@pytest.mark.parametrize("table", LAYOUT)
def test_a_table_has_its_layout(clickhouse: Rows, table: str) -> None:
    sql = created(clickhouse, table)

    assert [line for line in LAYOUT[table] if line not in sql] == []


def test_a_row_has_the_columns_of_the_table(clickhouse: Rows) -> None:
    columns = clickhouse("SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'click_events' ORDER BY position")

    assert [name for (name,) in columns] == [*ClickRow._fields, "lane"]
    assert [field.column for field in ClickEvent._meta.fields] == [*ClickRow._fields, "lane"]


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "analytics", check=True, dry_run=True, stdout=StringIO())


def test_other_rooms_have_no_tables_in_clickhouse(clickhouse: Rows) -> None:
    tables = {name for (name,) in clickhouse("SELECT name FROM system.tables WHERE database = currentDatabase()")}

    rollups = {f"{rollup.table}{ending}" for rollup in ROLLUPS for ending in ("", "_view")}
    assert tables == {"click_events", "orphan_clicks", "django_migrations", *rollups}


def test_clicks_have_no_tables_elsewhere() -> None:
    assert ClickEvent.objects.all().db == ClicksHourly.objects.all().db == "clickhouse"


@pytest.mark.parametrize(("table", "column"), [("click_events", "timestamp"), *((rollup.table, rollup.time) for rollup in ROLLUPS)])
def test_clicks_are_kept_as_long_as_the_setting_says(clickhouse: Rows, migrate: Any, table: str, column: str) -> None:
    migrate(90)
    assert f"TTL toDateTime({column}) + toIntervalDay(90)" in created(clickhouse, table)

    migrate(31)
    assert f"TTL toDateTime({column}) + toIntervalDay(31)" in created(clickhouse, table)

    migrate(0)
    assert "TTL" not in created(clickhouse, table)


def test_a_retention_that_holds_already_changes_nothing(clickhouse: Rows, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1, connection=connections["clickhouse"]):
        retention.follow_setting(using="clickhouse")


def test_postgresql_is_left_alone(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0, connection=connections["clickhouse"]):
        retention.follow_setting(using="default")
