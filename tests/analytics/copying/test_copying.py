"""Clicks of one engine copied into another."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from apps.analytics import replays, store
from apps.analytics.copying.errors import CopyFailed
from apps.analytics.copying.notes import Notes
from apps.analytics.copying.services import Copying, compare
from apps.analytics.rows import ClickRow
from apps.events.errors import SinkUnavailable
from tests.analytics.conftest import Rows
from tests.analytics.copying.conftest import Engine
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import click_row
from tests.redirects.serving import wait_for

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"], transaction=True)

TOTALS = "SELECT count(), uniqExact(event_id), (SELECT count() FROM orphan_clicks) FROM click_events"
Copy = Callable[..., int]


@pytest.fixture
def copy(engine: Engine, clickhouse: Rows, tmp_path: Path) -> Copy:
    """Copies, and returns the number of rows that it copied."""

    def run(*, stop_after: int = 1_000_000, **options: bool) -> int:
        def progress(table: str, day: str, rows: int) -> None:
            if rows > stop_after:
                raise KeyboardInterrupt

        source = engine.source()
        try:
            return Copying(source, Notes(tmp_path / "notes.json", "here"), since="", progress=progress, **options).run()
        finally:
            source.close()

    return run


def differing(engine: Engine) -> list[str]:
    source = engine.source()
    try:
        return [line.table for line in compare(source, since="") if not line.is_same]
    finally:
        source.close()


def test_all_clicks_are_there_with_their_sums(copy: Copy, engine: Engine, clickhouse: Rows) -> None:
    assert copy() == 3010

    assert clickhouse(TOTALS) == [(3000, 3000, 10)]
    assert wrong_rollups() == []
    assert differing(engine) == []
    [(rows,)] = clickhouse(
        "SELECT count() FROM click_events WHERE timestamp = toDateTime64('2026-05-01 00:00:07.123', 3, 'UTC') AND country = 'FR'"
    )
    assert rows == 1


def test_a_repetition_copies_nothing(copy: Copy, clickhouse: Rows) -> None:
    copy()

    assert copy() == 0
    assert clickhouse(TOTALS) == [(3000, 3000, 10)]


def test_nothing_is_left_beside_the_tables(copy: Copy, clickhouse: Rows) -> None:
    copy()

    assert clickhouse("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%copy%'") == []


@pytest.mark.parametrize("rows", [0, 1000, 2500, 3000])
def test_what_was_interrupted_is_gone_on_with(copy: Copy, engine: Engine, clickhouse: Rows, rows: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        copy(stop_after=rows)

    assert copy() < 3010 - rows + 1000
    assert clickhouse(TOTALS) == [(3000, 3000, 10)]
    assert wrong_rollups() == []
    assert differing(engine) == []


def test_clicks_that_came_meanwhile_are_brought_over_by_the_next_run(copy: Copy, engine: Engine, clickhouse: Rows) -> None:
    copy()
    engine.fill("2026-05-02", 100)
    engine.fill("2026-06-01", 100)
    assert set(differing(engine)) >= {"click_events", "clicks_hourly", "workspace_visitors"}

    copy()

    assert clickhouse(TOTALS) == [(3200, 3200, 10)]
    assert wrong_rollups() == []
    assert differing(engine) == []


def test_clicks_that_were_erased_meanwhile_are_erased_there(copy: Copy, engine: Engine, clickhouse: Rows) -> None:
    copy()
    with engine.client() as client:
        for table in ("click_events", "clicks_hourly", "clicks_daily"):
            client.execute(f"ALTER TABLE {table} DELETE WHERE link_id = 3 SETTINGS mutations_sync = 2")

    copy()

    assert clickhouse("SELECT countIf(link_id = 3), count() FROM click_events") == [(0, 2940)]
    assert clickhouse("SELECT sum(clicks) FROM clicks_hourly") == [(2940,)]


def test_clicks_that_were_stored_there_are_not_overwritten(copy: Copy, clickhouse: Rows) -> None:
    copy()
    own = click_row()
    store.insert_clicks([own], token="topic:log:0:1-1")

    with pytest.raises(CopyFailed, match="not copied there"):
        copy()
    assert clickhouse(f"SELECT count() FROM click_events WHERE event_id = '{own.event_id}'") == [(1,)]

    assert copy(may_overwrite=True) == 2000
    assert clickhouse(TOTALS) == [(3000, 3000, 10)]
    assert wrong_rollups() == []


def is_made_whole(rows: Sequence[ClickRow]) -> bool:
    try:
        replays.make_whole("click_events", rows, token="topic:log:0:1-20")
    except SinkUnavailable:
        return False
    return True


def test_a_claim_that_was_open_is_closed_there_without_a_loss_or_a_repetition(copy: Copy, engine: Engine, clickhouse: Rows) -> None:
    """The engine died over a block of which it had stored a part, and was moved from before the block was repeated."""
    rows = [click_row() for _ in range(20)]
    with engine.client() as client:
        ids = ", ".join(f"('{row.event_id}', 7, 3, toDateTime64('2026-05-04 12:00:00', 3, 'UTC'), {row.visitor_id})" for row in rows[:8])
        client.execute(
            "INSERT INTO click_events (event_id, link_id, workspace_id, timestamp, visitor_id) SELECT * FROM VALUES("
            + ids.replace("'", "'")
            + ")"
        )
    copy()

    assert replays.unstored("click_events", rows) == rows[8:]
    # As a consumer does: the server may not have put the insert of the copy away yet.
    wait_for(lambda: is_made_whole(rows), "the earlier inserts to end")
    assert is_made_whole(rows)

    assert clickhouse(TOTALS) == [(3020, 3020, 10)]
    assert wrong_rollups() == []
