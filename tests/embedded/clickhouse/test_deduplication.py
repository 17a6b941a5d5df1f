"""What the engine noted as stored before a crash kept it from being stored."""

import shutil
from pathlib import Path

from clickhouse_driver import Client

from shortener_project.embedded.clickhouse.deduplication import forget_unstored_parts
from tests.embedded.clickhouse.bridge import Bridge

TABLE = (
    "CREATE TABLE clicks (n UInt64, part UInt8) ENGINE = MergeTree PARTITION BY part ORDER BY n "
    "SETTINGS non_replicated_deduplication_window = 100"
)


def insert(client: Client, token: str) -> None:
    client.execute("INSERT INTO clicks VALUES", [(n, n % 3) for n in range(9)], settings={"insert_deduplication_token": token})


def rows(client: Client) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = client.execute("SELECT part, count() FROM clicks GROUP BY part ORDER BY part")
    return found


def part_directories(bridge: Bridge, pattern: str) -> list[Path]:
    return list(bridge.path.glob(f"store/*/*/{pattern}"))


def test_a_part_that_was_noted_and_not_stored_is_stored_when_it_is_sent_again(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute(TABLE)
    insert(client, "a")
    mortal_bridge.process.kill()
    mortal_bridge.process.wait()
    [part] = part_directories(mortal_bridge, "1_*")
    shutil.rmtree(part)
    mortal_bridge.start()
    assert rows(client) == [(0, 3), (2, 3)]

    insert(client, "a")

    assert rows(client) == [(0, 3), (1, 3), (2, 3)]


def test_what_a_merge_took_over_is_not_stored_again(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute(TABLE)
    for token in "abc":
        insert(client, token)
    client.execute("OPTIMIZE TABLE clicks FINAL")
    mortal_bridge.process.kill()
    mortal_bridge.process.wait()
    for part in part_directories(mortal_bridge, "*_0"):
        shutil.rmtree(part)
    mortal_bridge.start()

    for token in "abc":
        insert(client, token)

    assert rows(client) == [(0, 9), (1, 9), (2, 9)]


def test_an_open_directory_is_left_alone(mortal_bridge: Bridge) -> None:
    client = mortal_bridge.client()
    client.execute(TABLE)
    insert(client, "a")
    [log] = part_directories(mortal_bridge, "deduplication_logs/deduplication_log_1.txt")
    noted = log.read_text() + "1\t1_77_77_0\t1_1_1\n"
    log.write_text(noted)

    assert forget_unstored_parts(mortal_bridge.path) == 0
    assert log.read_text() == noted

    mortal_bridge.process.kill()
    mortal_bridge.process.wait()
    assert forget_unstored_parts(mortal_bridge.path) == 1


def test_a_new_directory_has_nothing_to_forget(tmp_path: Path) -> None:
    assert forget_unstored_parts(tmp_path) == 0
