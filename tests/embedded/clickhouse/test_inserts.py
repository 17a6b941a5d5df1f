"""Inserts of every shape, each once."""

import socket
import time
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver.block import RowOrientedBlock
from clickhouse_driver.errors import ServerException

from tests.embedded.clickhouse.bridge import Bridge

ONCE = "SETTINGS non_replicated_deduplication_window = 100"


@pytest.fixture
def clicks(client: Client) -> Client:
    """A client with a table of clicks by month and a rollup of it."""
    for table in ("by_code_view", "by_code", "clicks"):
        client.execute(f"DROP TABLE IF EXISTS {table}")
    client.execute(
        f"CREATE TABLE clicks (n UInt64, month UInt8, code LowCardinality(String), note String DEFAULT 'none') "
        f"ENGINE = MergeTree PARTITION BY month ORDER BY (code, n) {ONCE}"
    )
    client.execute(
        f"CREATE TABLE by_code (code String, clicks SimpleAggregateFunction(sum, UInt64)) "
        f"ENGINE = AggregatingMergeTree ORDER BY code {ONCE}"
    )
    client.execute("CREATE MATERIALIZED VIEW by_code_view TO by_code AS SELECT code, count() AS clicks FROM clicks GROUP BY code")
    return client


def rows(count: int, *, first: int = 0) -> list[tuple[Any, ...]]:
    return [(n, n % 3, f"code {n % 50}", f"note {n}") for n in range(first, first + count)]


def stored(client: Client) -> tuple[int, int, int]:
    """Rows, different rows, rows as the rollup counts them."""
    ((count, different),) = client.execute("SELECT count(), uniqExact(n) FROM clicks")
    ((rolled_up,),) = client.execute("SELECT sum(clicks) FROM by_code")
    return count, different, rolled_up


@pytest.mark.parametrize("options", [{}, {"insert_block_size": 10_000}], ids=["one block", "many blocks"])
def test_a_large_insert_is_stored_whole(clicks: Client, options: dict[str, int]) -> None:
    assert clicks.execute("INSERT INTO clicks VALUES", rows(200_000), settings=options) == 200_000

    assert stored(clicks) == (200_000, 200_000, 200_000)


def test_an_insert_without_rows_is_no_error(clicks: Client) -> None:
    assert clicks.execute("INSERT INTO clicks VALUES", []) == 0

    assert stored(clicks) == (0, 0, 0)


def test_columns_may_be_named_in_any_order_and_quoted(clicks: Client) -> None:
    clicks.execute('INSERT INTO analytics.clicks (`code`, "n", month) VALUES', [("a", 1, 2)])

    assert clicks.execute("SELECT * FROM clicks") == [(1, 2, "a", "none")]


def test_rows_in_the_text_are_inserted(clicks: Client) -> None:
    clicks.execute("INSERT INTO clicks (n, code) VALUES (1, 'a'), (2, 'b;')", None)
    clicks.execute("INSERT INTO clicks (n, code) SELECT number + 10, 'c' FROM numbers(3)")

    assert clicks.execute("SELECT n FROM clicks ORDER BY n") == [(1,), (2,), (10,), (11,), (12,)]


def test_the_same_token_stores_once_in_table_and_rollup(clicks: Client) -> None:
    for token, first in (("t1", 0), ("t1", 0), ("t2", 0), ("t3", 500)):
        clicks.execute("INSERT INTO clicks VALUES", rows(500, first=first), settings={"insert_deduplication_token": token})

    assert stored(clicks) == (1500, 1000, 1500)


def test_a_token_in_the_text_works_alike(clicks: Client) -> None:
    for _ in range(2):
        clicks.execute("INSERT INTO clicks (n, month, code) SETTINGS insert_deduplication_token = 'x' VALUES", [(1, 1, "a")])

    assert stored(clicks) == (1, 1, 1)


def test_a_token_holds_for_its_own_insert_only(clicks: Client) -> None:
    clicks.execute("INSERT INTO clicks VALUES", rows(10), settings={"insert_deduplication_token": "t"})
    clicks.execute("INSERT INTO clicks VALUES", rows(10, first=10))

    assert stored(clicks) == (20, 20, 20)


def test_half_an_insert_stores_nothing(bridge: Bridge, clicks: Client) -> None:
    with bridge.client() as other:
        other.execute("SELECT 1")
        other.connection.send_query("INSERT INTO clicks VALUES")
        other.connection.send_external_tables([])
        sample = other.receive_sample_block()
        other.connection.send_data(RowOrientedBlock(sample.columns_with_types, rows(30)))
        other.connection.socket.shutdown(socket.SHUT_RDWR)

    time.sleep(0.5)
    assert stored(clicks) == (0, 0, 0)


def test_an_unknown_column_is_named(clicks: Client) -> None:
    with pytest.raises(ServerException, match="No such column nope in table clicks") as caught:
        clicks.execute("INSERT INTO clicks (n, nope) VALUES", [(1, 2)])

    assert caught.value.code == 16


def test_an_insert_that_fails_in_the_engine_says_why_after_the_rows(clicks: Client) -> None:
    clicks.execute("DROP TABLE IF EXISTS picky")
    clicks.execute("CREATE TABLE picky (n UInt8, CONSTRAINT small CHECK n < 100) ENGINE = MergeTree ORDER BY n")

    with pytest.raises(ServerException, match="Constraint `small`") as caught:
        clicks.execute("INSERT INTO picky VALUES", [(n % 128,) for n in range(500_000)], settings={"insert_block_size": 1000})

    assert caught.value.code == 469
    assert clicks.execute("SELECT 1") == [(1,)]
