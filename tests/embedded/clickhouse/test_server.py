"""Start, end, crash."""

import random
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.block import RowOrientedBlock
from clickhouse_driver.errors import Error as DriverError

from tests.embedded.clickhouse.bridge import Bridge, run_server

ONCE = "SETTINGS non_replicated_deduplication_window = 1000"
ROWS = 5000


def refusal(*arguments: str, password: str = "x") -> tuple[int, str]:
    """Exit code and what was said."""
    process = run_server(*arguments, password=password)
    _nothing, said = process.communicate(timeout=20)
    return process.returncode, said


def test_it_needs_a_password(tmp_path: Path) -> None:
    assert refusal("--path", str(tmp_path), password="") == (1, "clickhouse: CLICKHOUSE_PASSWORD: the embedded engine needs a password\n")


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    code, said = refusal("--path", str(tmp_path), "--host", "0.0.0.0")

    assert code == 2
    assert "only a loopback address may be listened on" in said


def test_a_directory_in_use_is_named(mortal_bridge: Bridge) -> None:
    code, said = refusal("--path", str(mortal_bridge.path), "--port", "0")

    assert code == 1
    assert f"clickhouse: --path {mortal_bridge.path}: cannot open it, another process may have it open" in said


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert refusal("--path", str(tmp_path / "data"), "--port", str(port)) == (1, f"clickhouse: --port {port}: Address already in use\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_nobody_works(mortal_bridge: Bridge, number: signal.Signals) -> None:
    idle = mortal_bridge.client()
    idle.execute("SELECT 1")

    began = time.monotonic()
    assert mortal_bridge.stop(number) == 0
    assert time.monotonic() - began < 4


def test_an_insert_in_progress_is_finished_before_the_end(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute("CREATE TABLE clicks (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.connection.send_query("INSERT INTO clicks VALUES")
    client.connection.send_external_tables([])
    sample = client.receive_sample_block()

    mortal_bridge.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    client.connection.send_data(RowOrientedBlock(sample.columns_with_types, [(n,) for n in range(100)]))
    client.connection.send_data(RowOrientedBlock())
    client.receive_end_of_insert_query()

    assert mortal_bridge.process.wait(30) == 0
    mortal_bridge.start()
    assert mortal_bridge.client().execute("SELECT count() FROM clicks") == [(100,)]


def test_a_long_query_does_not_hold_the_end_up(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute("SELECT 1")
    client.connection.send_query("SELECT sum(sipHash64(number)) FROM numbers(100000000000)")
    client.connection.send_external_tables([])
    time.sleep(0.3)

    began = time.monotonic()
    assert mortal_bridge.stop() == 0
    assert time.monotonic() - began < 4


def test_a_client_connects_again_after_a_restart(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute("CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n")
    client.execute("INSERT INTO kept VALUES", [(7,)])

    mortal_bridge.stop(signal.SIGKILL)
    mortal_bridge.start()

    assert client.execute("SELECT n FROM kept") == [(7,)]


def test_killed_in_the_middle_of_inserts_it_stores_each_row_once(mortal_bridge: Bridge) -> None:
    """Batches over three partitions go to a table with a rollup; a batch is sent until it is confirmed."""
    client = mortal_bridge.client()
    client.execute(f"CREATE TABLE clicks (n UInt64, code String, part UInt8) ENGINE = MergeTree PARTITION BY part ORDER BY n {ONCE}")
    rollup = "code String, clicks SimpleAggregateFunction(sum, UInt64)"
    client.execute(f"CREATE TABLE by_code ({rollup}) ENGINE = AggregatingMergeTree ORDER BY code {ONCE}")
    client.execute("CREATE MATERIALIZED VIEW by_code_view TO by_code AS SELECT code, count() AS clicks FROM clicks GROUP BY code")
    chance = random.Random(4)
    batch = 0

    for _round in range(4):
        killer = threading.Timer(chance.uniform(0.3, 0.9), mortal_bridge.process.kill)
        killer.start()
        with suppress(DriverError, OSError, EOFError):
            while True:
                insert(client, batch)
                batch += 1
        killer.join()
        mortal_bridge.process.wait()
        mortal_bridge.start()
        insert(client, batch)
        batch += 1

    assert client.execute("SELECT count(), uniqExact(n) FROM clicks") == [(batch * ROWS, batch * ROWS)]
    assert client.execute("SELECT sum(clicks) FROM by_code") == [(batch * ROWS,)]


def insert(client: Client, batch: int) -> None:
    rows = [(batch * ROWS + n, f"code {n % 50}", n % 3) for n in range(ROWS)]
    client.execute("INSERT INTO clicks VALUES", rows, settings={"insert_deduplication_token": f"batch {batch}"})
