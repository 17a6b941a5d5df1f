"""A time zone in a column's type reaches the client, wherever client and server stand."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from clickhouse_driver import Client

from tests.embedded.clickhouse.bridge import Bridge

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LITERAL = "toDateTime('2026-07-01 12:00:00', 'UTC')"


@pytest.fixture
def berliner(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client in Berlin with the settings of django-clickhouse-backend."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    with bridge.client(settings={"use_client_time_zone": True}) as client:
        yield client
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {LITERAL} AS at",
        f"/* why */ SELECT {LITERAL} AS at",
        f"WITH {LITERAL} AS at SELECT at",
        f"SELECT max({LITERAL}) AS at",
        f"(SELECT {LITERAL} AS at)",
        f"SELECT {LITERAL} AS at FORMAT Native;",
    ],
)
def test_a_time_in_utc_is_read_as_utc(berliner: Client, sql: str) -> None:
    rows, types = berliner.execute(sql, with_column_types=True)

    assert rows == [(NOON,)]
    assert rows[0][0].tzinfo is not None
    assert types == [("at", "DateTime('UTC')")]


def test_every_block_of_a_long_answer_is_read_alike(berliner: Client) -> None:
    rows = berliner.execute(f"SELECT 'x', {LITERAL} + number FROM numbers(200000)", settings={"max_block_size": 10_000})

    assert len(rows) == 200_000
    assert {at.utcoffset() for _x, at in rows} == {NOON.utcoffset()}
    assert rows[0][1] == NOON


def test_an_empty_answer_tells_its_types(berliner: Client) -> None:
    rows, types = berliner.execute(f"SELECT 1 AS one, {LITERAL} AS at WHERE 0", with_column_types=True)

    assert rows == []
    assert types == [("one", "UInt8"), ("at", "DateTime('UTC')")]


def test_other_zones_are_kept(berliner: Client) -> None:
    (row,) = berliner.execute(f"SELECT toTimeZone({LITERAL}, 'Asia/Kolkata'), toTimeZone({LITERAL}, 'America/New_York')")

    assert [at.isoformat() for at in row] == ["2026-07-01T17:30:00+05:30", "2026-07-01T08:00:00-04:00"]


def test_times_are_stored_as_the_client_meant_them(berliner: Client) -> None:
    berliner.execute("DROP TABLE IF EXISTS moments")
    berliner.execute("CREATE TABLE moments (at DateTime('UTC'), fine DateTime64(3, 'UTC')) ENGINE = Memory")

    berliner.execute("INSERT INTO moments VALUES", [(NOON, NOON)])

    assert berliner.execute("SELECT at, fine, toString(at) FROM moments") == [(NOON, NOON, "2026-07-01 12:00:00")]
