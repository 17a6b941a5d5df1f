"""Who upgrades keeps all numbers: new rollups begin with the clicks that are stored."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from apps.analytics import exclusion, rollup_views, store
from apps.analytics.rows import ClickRow
from tests.analytics.conftest import Rows
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import NOON, click_row

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])

BEFORE = "0005_networks_and_visits"
NAMES = ["clicks_daily", "workspace_clicks", "workspace_visitors", "values_daily"]


def migrate(to: str = "") -> None:
    call_command("migrate", "analytics", *filter(None, [to]), database="clickhouse", stdout=StringIO())


@pytest.fixture
def clicks() -> list[ClickRow]:
    """Clicks over four months."""
    return [
        click_row(timestamp=NOON + timedelta(days=n % 100, minutes=n), link_id=n % 17, visitor_id=n % 40, is_bot=n % 9 == 0)
        for n in range(600)
    ]


@pytest.fixture
def upgraded(clickhouse: Rows) -> Iterator[Rows]:
    """ClickHouse, whose tables are of the newest version afterwards."""
    yield clickhouse
    migrate()


def store_as_before(rows: list[ClickRow]) -> None:
    store.insert_rows("click_events", rows, {})


def test_rollups_begin_with_what_is_stored(upgraded: Rows, clicks: list[ClickRow]) -> None:
    migrate(BEFORE)
    store_as_before(clicks)

    migrate()

    assert wrong_rollups() == []
    store.insert_clicks([click_row(link_id=5)], token="new")
    assert wrong_rollups() == []
    assert upgraded("SELECT sum(clicks) FROM clicks_daily") == [(601,)]


def test_many_clicks_are_summed_up_in_parts(upgraded: Rows, clicks: list[ClickRow], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup_views, "_AT_ONCE", 25)
    migrate(BEFORE)
    store_as_before(clicks)

    migrate()

    assert wrong_rollups() == []


def test_an_interrupted_upgrade_is_done_again(upgraded: Rows, clicks: list[ClickRow], monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(BEFORE)
    store_as_before(clicks)
    with monkeypatch.context() as patch:
        patch.setattr(rollup_views, "_FILL", "{table} {columns} {select} {source} {where} {group} is no SQL")
        with pytest.raises(Exception, match="Syntax error"):
            migrate()
    # As it is left by one that was killed after a rollup or two.
    for table in NAMES[:2]:
        assert upgraded(f"EXISTS TABLE {table}") == [(1,)]

    migrate()

    assert wrong_rollups() == []


def test_clicks_that_arrive_meanwhile_are_neither_lost_nor_counted_twice(upgraded: Rows, clicks: list[ClickRow]) -> None:
    migrate(BEFORE)
    store_as_before(clicks)
    failures: list[BaseException] = []

    def consume() -> None:
        try:
            for n in range(40):
                with exclusion.storing():
                    store_as_before([click_row(link_id=n) for _ in range(10)])
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            connections.close_all()

    consumer = threading.Thread(target=consume)
    consumer.start()
    migrate()
    consumer.join(60)

    assert not failures
    assert upgraded("SELECT count() FROM click_events") == [(1000,)]
    assert wrong_rollups() == []


def test_what_an_upgrade_adds_can_be_taken_back(upgraded: Rows) -> None:
    migrate(BEFORE)

    assert upgraded("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name LIKE '%daily%'") == [(0,)]
