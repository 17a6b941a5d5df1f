"""Who may speak to the bridge, what it answers, and that nothing makes a client wait for ever."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import PartiallyConsumedQueryError, ServerException
from clickhouse_driver.protocol import Compression, ServerPacketTypes

from tests.embedded.clickhouse.bridge import Bridge

LONG = "SELECT sum(sipHash64(number)) FROM numbers(100000000000)"


def failure_of(client: Client, sql: str, **options: object) -> ServerException:
    with pytest.raises(ServerException) as caught:
        client.execute(sql, **options)
    return caught.value


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"password": ""}, {"user": "root"}, {"user": ""}])
def test_a_wrong_password_or_user_is_refused(bridge: Bridge, wrong: dict[str, str]) -> None:
    assert failure_of(bridge.client(**wrong), "SELECT 1").code == 516


def test_an_old_client_is_told_so(bridge: Bridge) -> None:
    assert "protocol revision 54429" in failure_of(bridge.client(client_revision=54429), "SELECT 1").message


def test_an_unknown_database_is_named(bridge: Bridge) -> None:
    assert failure_of(bridge.client(database="nowhere"), "SELECT 1").code == 81


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELEC 1", 62),
        ("SELECT * FROM nowhere", 60),
        ("SELECT nothing", 47),
        ("SELECT throwIf(number = 100000, 'late') FROM numbers(200000)", 395),
        ("DROP TABLE nowhere", 60),
        ("INSERT INTO nowhere VALUES", 60),
    ],
)
def test_errors_keep_their_code(client: Client, sql: str, code: int) -> None:
    assert failure_of(client, sql, params=[] if sql.startswith("INSERT") else None).code == code
    assert client.execute("SELECT 1") == [(1,)]


def test_compression_is_refused_with_a_clear_error(client: Client) -> None:
    client.execute("SELECT 1")
    client.connection.compression = Compression.ENABLED

    assert "compression is not supported by the embedded engine" in failure_of(client, "SELECT 1").message


def test_external_tables_are_refused_with_a_clear_error(client: Client) -> None:
    tables = [{"name": "outside", "structure": [("n", "UInt8")], "data": [{"n": 1}]}]

    assert "external tables is not supported" in failure_of(client, "SELECT * FROM outside", external_tables=tables).message


def test_an_unknown_packet_ends_the_connection_with_an_error(client: Client) -> None:
    client.execute("SELECT 1")
    client.connection.socket.sendall(b"\x5a")

    packet = client.connection.receive_packet()

    assert packet.type == ServerPacketTypes.EXCEPTION
    assert packet.exception.code == 101


def test_whatever_is_no_protocol_gets_no_answer(bridge: Bridge) -> None:
    with socket.create_connection(("127.0.0.1", bridge.port), timeout=5) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\n\r\n")

        assert stream.recv(100) == b""


def test_a_setting_holds_for_its_query_only(client: Client) -> None:
    sql = "SELECT value FROM system.settings WHERE name = 'max_rows_to_read'"

    assert client.execute(sql, settings={"max_rows_to_read": 12345}) == [("12345",)]
    assert client.execute(sql) == [("0",)]


def test_an_unknown_setting_is_passed_over_unless_it_is_important(bridge: Bridge, client: Client) -> None:
    assert client.execute("SELECT 1", settings={"no_such_setting": 1}) == [(1,)]

    strict = bridge.client(settings_is_important=True)
    assert failure_of(strict, "SELECT 1", settings={"no_such_setting": 1}).code == 115


def test_a_quote_in_a_setting_stays_in_it(client: Client) -> None:
    sql = "SELECT value FROM system.settings WHERE name = 'insert_deduplication_token'"

    assert client.execute(sql, settings={"insert_deduplication_token": "it's \\ 'quoted'"}) == [("it's \\ 'quoted'",)]


def test_a_query_ends_at_its_time_limit(client: Client) -> None:
    began = time.monotonic()

    assert failure_of(client, LONG, settings={"max_execution_time": 1}).code == 159
    assert time.monotonic() - began < 5


def test_a_cancelled_query_ends_without_error(client: Client) -> None:
    client.execute("SELECT 1")
    client.connection.send_query(LONG)
    client.connection.send_external_tables([])
    time.sleep(0.2)
    client.connection.send_cancel()

    assert client.connection.receive_packet().type == ServerPacketTypes.END_OF_STREAM
    assert client.execute("SELECT 1") == [(1,)]


def test_a_query_whose_client_went_away_ends(bridge: Bridge, client: Client) -> None:
    gone = bridge.client()
    gone.execute("SELECT 1")
    gone.connection.send_query(LONG)
    gone.connection.send_external_tables([])
    time.sleep(0.2)
    gone.disconnect()

    running = "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'"
    deadline = time.monotonic() + 5
    while client.execute(running) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_half_read_answers_do_not_disturb_the_next(bridge: Bridge) -> None:
    with bridge.client() as client:
        rows = client.execute_iter("SELECT number FROM numbers(10000000)", settings={"max_block_size": 1000})
        assert next(rows) == (0,)
        with pytest.raises(PartiallyConsumedQueryError):
            client.execute("SELECT 1")

        assert client.execute("SELECT 1") == [(1,)]


def test_statements_without_rows_and_lists_are_answered(client: Client) -> None:
    assert client.execute("CREATE TABLE IF NOT EXISTS things (n UInt8) ENGINE = Memory") == []
    assert ("things",) in client.execute("SHOW TABLES")
    assert client.execute("DESCRIBE TABLE things")[0][:2] == ("n", "UInt8")
    assert client.execute("EXISTS TABLE things") == [(1,)]
    assert client.execute("EXPLAIN SELECT 1") != []


def test_clients_work_side_by_side(bridge: Bridge, client: Client) -> None:
    client.execute("DROP TABLE IF EXISTS shared")
    client.execute("CREATE TABLE shared (worker UInt8, n UInt64) ENGINE = MergeTree ORDER BY n")

    def work(worker: int) -> list[int]:
        counts = []
        with bridge.client() as own:
            for turn in range(5):
                own.execute("INSERT INTO shared VALUES", [(worker, turn * 1000 + n) for n in range(1000)])
                counts.extend(own.execute("SELECT count() FROM shared WHERE worker = %(w)s", {"w": worker})[0])
        return counts

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[1000, 2000, 3000, 4000, 5000]] * 8

    assert client.execute("SELECT count(), uniqExact(worker, n) FROM shared") == [(40_000, 40_000)]
