"""What only the bus on Redis streams has to care for: a server that restarts, forgets or refuses."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from apps.events.bus import Bus, BusUnavailable, Message, PartitionLost
from apps.events.redis_streams import RedisStreamsBus
from apps.events.redis_streams.keys import slot_of
from tests.events.conftest import HASTY, Open
from tests.events.reading import commit, publish, read, values, wait_until
from tests.events.valkey import Server

SLOT = slot_of("clicks", "k", 4)


@pytest.fixture
def bus(redis_url: str) -> Bus:
    """This one alone."""
    return RedisStreamsBus(timing=HASTY)


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path must be short, which pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="bus") as folder:
        yield Path(folder)


@pytest.fixture
def server(folder: Path, settings: Any) -> Iterator[Server]:
    server = Server(folder)
    settings.REDIS_URL = server.url
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_bus(server: Server) -> Bus:
    return RedisStreamsBus(timing=HASTY)


def test_offsets_are_consecutive(bus: Bus, consume: Open) -> None:
    publish(bus.producer(), *"abcd")

    [batch] = read(consume(), at_least=4)

    assert [record.offset for record in batch.records] == [1, 2, 3, 4]


def test_what_all_groups_have_committed_is_removed(bus: Bus, consume: Open, redis_url: str) -> None:
    publish(bus.producer(), *"abcd")
    quick, slow = consume("quick"), consume("slow")
    [slow_batch] = read(slow, at_least=4)

    commit(quick, read(quick, at_least=4))
    slow.commit(slow_batch.partition, slow_batch.records[2].offset)

    with redis.Redis.from_url(redis_url) as client:
        assert [fields[b"v"] for _, fields in client.xrange(SLOT.stream)] == [b"c", b"d"]


def test_offsets_go_on_after_everything_was_removed(bus: Bus, consume: Open) -> None:
    producer, consumer = bus.producer(), consume()
    publish(producer, "a", "b")
    commit(consumer, read(consumer, at_least=2))

    publish(producer, "c")

    [batch] = read(consumer, at_least=1)
    assert [record.offset for record in batch.records] == [3]


def test_an_emptied_server_begins_a_log_of_another_name(bus: Bus, consume: Open, redis_url: str) -> None:
    producer, consumer = bus.producer(), consume()
    publish(producer, *"abcd")
    [old] = read(consumer, at_least=4)
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()

    publish(producer, *"vwxyz")
    new = read(consumer, at_least=5)

    assert values(new) == [*"vwxyz"]
    assert new[0].partition.log_id != old.partition.log_id
    with pytest.raises(PartitionLost):
        consumer.commit(old.partition, old.last_offset + 1)
    with pytest.raises(PartitionLost):
        consumer.read_range(old.partition, 1, 4)


def test_confirmed_messages_survive_a_kill_of_the_server(server: Server, own_bus: Bus) -> None:
    producer, consumer = own_bus.producer(), own_bus.consumer(group="readers", topics=["clicks"])
    publish(producer, *"abc")
    [first] = read(consumer, at_least=3)
    consumer.commit(first.partition, first.records[1].offset)

    server.kill()
    with pytest.raises(BusUnavailable):
        consumer.poll(timeout=0, max_records=1)
    with pytest.raises(BusUnavailable):
        producer.publish("clicks", [Message(key="k", value=b"lost")])
    server.start()
    consumer.close()

    fresh = own_bus.consumer(group="readers", topics=["clicks"])
    assert values(read(fresh, at_least=2)) == ["b", "c"]
    fresh.close()


def test_offsets_that_were_seen_never_name_other_messages(server: Server, own_bus: Bus) -> None:
    producer, consumer = own_bus.producer(), own_bus.consumer(group="readers", topics=["clicks"])
    publish(producer, "a")
    kept = server.log_size()
    publish(producer, "b", "c")
    seen = {record.offset for batch in read(consumer, at_least=3) for record in batch.records}
    consumer.close()
    server.kill()
    server.cut_log(kept)
    server.start()

    _publish_through_a_new_connection(producer, "d")
    fresh = own_bus.consumer(group="readers", topics=["clicks"])
    batches = read(fresh, at_least=2)
    fresh.close()

    assert values(batches) == ["a", "d"]
    assert batches[-1].last_offset > max(seen)


def test_a_restart_leaves_no_lag_behind_in_a_group_that_has_read_all(server: Server, own_bus: Bus) -> None:
    producer, consumer = own_bus.producer(), own_bus.consumer(group="readers", topics=["clicks"])
    own_bus.register(group="slow", topics=["clicks"])
    publish(producer, "a", "b")
    commit(consumer, read(consumer, at_least=2))
    producer.confirm(timeout=5)
    consumer.close()
    time.sleep(1.1)  # until the commit is in the file for certain
    server.kill()
    server.start()

    own_bus.register(group="readers", topics=["clicks"])

    assert sum(own_bus.lag(group="readers", topics=["clicks"]).values()) == 0
    assert sum(own_bus.lag(group="slow", topics=["clicks"]).values()) == 2


def test_a_restart_between_publish_and_confirm_is_not_a_confirmation(server: Server, own_bus: Bus) -> None:
    producer = own_bus.producer()
    producer.publish("clicks", [Message(key="k", value=b"a")])

    server.kill()
    server.start()

    wait_until(lambda: _refuses_to_confirm(producer))


def test_a_server_without_a_log_on_disk_confirms_with_a_warning(folder: Path, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(folder, appendonly=False)
    settings.REDIS_URL = server.url
    server.start()
    try:
        producer = RedisStreamsBus().producer()
        publish(producer, "a")
        publish(producer, "b")
    finally:
        server.kill()

    assert [record.message for record in caplog.records if "disk" in record.message] == caplog.messages[:1]


def test_a_silent_server_is_an_outage_not_a_hang(own_bus: Bus, server: Server) -> None:
    server.kill()

    for attempt in (
        lambda: own_bus.register(group="readers", topics=["clicks"]),
        lambda: own_bus.lag(group="readers", topics=["clicks"]),
    ):
        with pytest.raises(BusUnavailable):
            attempt()


def _publish_through_a_new_connection(producer: Any, *sent: str) -> None:
    """The first try after a restart may find the old connection dead."""
    try:
        publish(producer, *sent)
    except BusUnavailable:
        publish(producer, *sent)


def _refuses_to_confirm(producer: Any) -> bool:
    try:
        producer.confirm(timeout=5)
    except BusUnavailable as error:
        return "restarted" in str(error)
    pytest.fail("messages of a killed server were confirmed")
