"""Whatever a server has kept of an interrupted insert, the block is whole afterwards, and nothing twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.analytics import replays, store
from apps.analytics.orphan_rows import orphan_rows
from apps.analytics.rollups import ROLLUPS
from apps.analytics.rows import ClickRow
from tests.analytics.conftest import Rows
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import NOON, click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

TOKEN = "topic:log:0:1-400"


@pytest.fixture
def rows() -> list[ClickRow]:
    """A block over three months, of five links in two workspaces, with two clicks a visitor."""
    return [
        click_row(
            timestamp=NOON + timedelta(days=40 * (n % 3), minutes=n),
            link_id=n % 5,
            workspace_id=3 + n % 5 % 2,
            visitor_id=n // 2,
            is_bot=n % 7 == 0,
            country=("DE", "IN", "")[n % 3],
        )
        for n in range(400)
    ]


def counts(clickhouse: Rows) -> tuple[object, ...]:
    """Clicks in the table, different ones among them, clicks in the rollup, and rollups that do not say what the table says."""
    [row] = clickhouse("SELECT count(), uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly) FROM click_events")
    return (*row, wrong_rollups())


WHOLE: tuple[object, ...] = (400, 400, 400, [])
ROLLUP_TABLES = [rollup.table for rollup in ROLLUPS]


def all_stored(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)


def nothing_stored_but_the_token(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    for table in ("click_events", *ROLLUP_TABLES):
        clickhouse(f"ALTER TABLE {table} DELETE WHERE 1")


def a_month_lost_though_the_token_is_known(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    clickhouse("ALTER TABLE click_events DELETE WHERE toMonth(timestamp, 'UTC') = 6")


def a_month_stored_and_its_token_forgotten(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_rows("click_events", [row for row in rows if row.timestamp.month == 5], {"insert_deduplicate": 0})


def the_rollup_lost_though_the_token_is_known(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    clickhouse("ALTER TABLE clicks_hourly DELETE WHERE 1")


def all_rollups_lost_though_the_token_is_known(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    for table in ROLLUP_TABLES:
        clickhouse(f"ALTER TABLE {table} DELETE WHERE 1")


def parts_of_all_rollups_lost(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    for number, rollup in enumerate(ROLLUPS):
        clickhouse(f"ALTER TABLE {rollup.table} DELETE WHERE toMonth({rollup.day}) = {5 + number % 3}")


def a_part_of_the_rollup_lost(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    clickhouse("ALTER TABLE clicks_hourly DELETE WHERE link_id = 3 AND toMonth(hour, 'UTC') = 6")


def a_month_lost_here_and_another_in_the_rollup(clickhouse: Rows, rows: list[ClickRow]) -> None:
    store.insert_clicks(rows, token=TOKEN)
    clickhouse("ALTER TABLE click_events DELETE WHERE toMonth(timestamp, 'UTC') = 6")
    clickhouse("ALTER TABLE clicks_hourly DELETE WHERE toMonth(hour, 'UTC') = 5")


LEFT = [
    all_stored,
    nothing_stored_but_the_token,
    a_month_lost_though_the_token_is_known,
    a_month_stored_and_its_token_forgotten,
    the_rollup_lost_though_the_token_is_known,
    all_rollups_lost_though_the_token_is_known,
    parts_of_all_rollups_lost,
    a_part_of_the_rollup_lost,
    a_month_lost_here_and_another_in_the_rollup,
]


@pytest.mark.parametrize("left", LEFT)
def test_a_block_is_whole_afterwards(clickhouse: Rows, rows: list[ClickRow], left: Callable[[Rows, list[ClickRow]], None]) -> None:
    left(clickhouse, rows)

    for _ in range(2):
        replays.make_whole("click_events", rows, token=TOKEN)

        assert counts(clickhouse) == WHOLE


def test_other_clicks_of_the_same_links_and_hours_are_left_alone(clickhouse: Rows, rows: list[ClickRow]) -> None:
    others = [row._replace(event_id=click_row(timestamp=row.timestamp).event_id) for row in rows]
    store.insert_clicks(others, token="before")
    store.insert_clicks(rows, token=TOKEN)
    lost = ", ".join(f"'{row.event_id}'" for row in rows if row.timestamp.month == 6)
    clickhouse(f"ALTER TABLE click_events DELETE WHERE event_id IN ({lost})")

    replays.make_whole("click_events", rows, token=TOKEN)

    assert counts(clickhouse) == (800, 800, 800, [])


def test_other_clicks_of_the_same_workspaces_that_come_another_way_are_left_alone(clickhouse: Rows, rows: list[ClickRow]) -> None:
    others = [row._replace(event_id=click_row(timestamp=row.timestamp).event_id, link_id=row.link_id + 10) for row in rows]
    store.insert_clicks(others, token="topic:log:1:1-400")
    all_rollups_lost_though_the_token_is_known(clickhouse, rows)
    # As another consumer finds it, whose clicks are not those that are missing.
    replays.make_whole("click_events", others, token="topic:log:1:1-400")

    replays.make_whole("click_events", rows, token=TOKEN)

    assert counts(clickhouse) == (800, 800, 800, [])


def test_what_is_not_stored_is_told(clickhouse: Rows, rows: list[ClickRow]) -> None:
    assert replays.unstored("click_events", rows) == rows

    store.insert_clicks(rows[:150], token=TOKEN)

    assert replays.unstored("click_events", rows) == rows[150:]


def test_a_block_of_ten_thousand_is_looked_through(clickhouse: Rows) -> None:
    rows = [click_row(link_id=n) for n in range(10_000)]
    store.insert_clicks(rows, token=TOKEN)
    clickhouse("ALTER TABLE click_events DELETE WHERE link_id = 9999")

    assert replays.unstored("click_events", rows) == rows[-1:]
    replays.make_whole("click_events", rows, token=TOKEN)

    assert counts(clickhouse) == (10_000, 10_000, 10_000, [])


def test_orphan_clicks_have_no_rollup(clickhouse: Rows, rows: list[ClickRow]) -> None:
    orphans = orphan_rows([row._replace(code="/nothing") for row in rows])
    store.insert_orphans(orphans, token=TOKEN)
    clickhouse("ALTER TABLE orphan_clicks DELETE WHERE toMonth(timestamp, 'UTC') = 6")

    replays.make_whole("orphan_clicks", orphans, token=TOKEN)

    assert clickhouse("SELECT count(), uniqExact(event_id) FROM orphan_clicks") == [(400, 400)]


def test_no_table_of_the_repair_is_left(clickhouse: Rows, rows: list[ClickRow]) -> None:
    a_month_lost_though_the_token_is_known(clickhouse, rows)

    replays.make_whole("click_events", rows, token=TOKEN)

    assert clickhouse("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%aside%'") == []
