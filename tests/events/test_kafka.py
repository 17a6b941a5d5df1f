"""What only the bus on Kafka has to care for: brokers that go away, and what its client makes of that."""

import gc
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Any

import pytest
from django.core.management import call_command
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from apps.events.bus import Bus, BusUnavailable, Message, Partition, PartitionLost, Producer, Record
from apps.events.dead_letters import DeadLetterOffice, is_replay_for
from apps.events.handlers import DeadLetter
from apps.events.kafka_bus import KafkaBus, connection, names, unacked
from apps.events.kafka_bus import producer as producing
from apps.events.kafka_bus.admin import Admin
from apps.events.kafka_bus.consumer import PATIENT
from apps.events.kafka_bus.library import TopicPartition
from apps.events.kafka_bus.producer import KafkaBusProducer
from apps.events.kafka_bus.topic_making import make_topics
from apps.events.kafka_bus.topic_plan import plan_topic
from apps.events.management.commands import replay_dlq
from apps.events.topics import Topic, dead_letter_topic
from tests.engines.kafka import Kafka
from tests.events.conftest import KAFKA_HASTY, use_brokers
from tests.events.reading import commit, publish, publish_spread, read, values, wait_until
from tests.events.samples import NOW

pytestmark = [
    pytest.mark.full,
    # The client forgets sockets whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _forgotten_sockets_are_collected() -> Iterator[None]:
    """While it is known that they are to be expected."""
    yield
    gc.collect()


@pytest.fixture
def bus(kafka_topics: str) -> Iterator[Bus]:
    """This one alone, on a broker that goes on running."""
    with closing(KafkaBus(timing=KAFKA_HASTY)) as bus:
        yield bus


@pytest.fixture
def mortal_bus(own_kafka: Kafka, settings: Any) -> Iterator[Bus]:
    """On a broker that the test may kill."""
    use_brokers(own_kafka, settings)
    with closing(KafkaBus(timing=KAFKA_HASTY)) as bus:
        yield bus


@pytest.fixture
def sender(mortal_bus: Bus) -> Iterator[Producer]:
    producer = mortal_bus.producer()
    yield producer
    producer.close()


def confirm_at_last(producer: Producer, *sent: str, key: str = "k", patience: float = 30.0) -> None:
    """Publish and confirm as the shipper does: after a failure all of it again."""
    deadline = time.monotonic() + patience
    while True:
        try:
            producer.publish("clicks", [Message(key=key, value=value.encode()) for value in sent])
            producer.confirm(timeout=1)
        except BusUnavailable:
            assert time.monotonic() < deadline, "nothing is sent any more"
            time.sleep(0.2)
        else:
            return


def all_values(bus: Bus, *, at_least: int) -> list[str]:
    """Values in the order of the log, until so many different ones have come."""
    got: list[str] = []
    deadline = time.monotonic() + 30
    with closing(bus.consumer(group="reader", topics=["clicks"])) as consumer:
        while len(set(got)) < at_least and time.monotonic() < deadline:
            got += values(consumer.poll(timeout=0.5, max_records=5_000))
    return got


def without_repetitions(got: list[str]) -> list[str]:
    return list(dict.fromkeys(got))


def test_an_outage_longer_than_the_clients_own_patience_ends_nothing(
    mortal_bus: Bus, own_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_TIMEOUT_MS", 1_000)
    monkeypatch.setattr(producing, "DELIVERY_TIMEOUT_MS", 2_000)
    producer = mortal_bus.producer()
    confirm_at_last(producer, "before")
    stop = threading.Event()
    sent = ["before"]

    def go_on() -> None:
        while not stop.wait(0.01):
            sent.append(f"m{len(sent)}")
            confirm_at_last(producer, sent[-1])

    traffic = threading.Thread(target=go_on)
    traffic.start()
    time.sleep(0.5)
    own_kafka.kill()
    time.sleep(6)
    own_kafka.start()
    back = len(sent)
    wait_until(lambda: len(sent) > back + 20, timeout=30)
    stop.set()
    traffic.join(30)
    producer.close()

    assert without_repetitions(all_values(mortal_bus, at_least=len(sent))) == sent


def test_what_waits_in_memory_is_bounded_and_the_caller_is_told(
    mortal_bus: Bus, sender: KafkaBusProducer, own_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unacked, "MAX_RECORDS", 500)
    monkeypatch.setattr(producing, "ROOM_SECONDS", 0.5)
    confirm_at_last(sender, "before")
    own_kafka.pause()
    many = [Message(key="k", value=str(number).encode()) for number in range(2_000)]

    for _ in range(3):
        with pytest.raises(BusUnavailable):
            sender.publish("clicks", many)
    waiting, age = sender.unacked.count, sender.unacked.age
    own_kafka.resume()
    wait_until(lambda: _is_taken(sender, "after"), timeout=30)

    assert waiting == 500
    assert age > 0.5
    # What had been sent is there once, then what came after; nothing was sent while the first was under way.
    assert all_values(mortal_bus, at_least=502) == ["before", *map(str, range(500)), "after"]


def _is_taken(producer: Producer, value: str) -> bool:
    try:
        publish(producer, value)
    except BusUnavailable:
        return False
    return True


def test_a_broker_that_hangs_doubles_nothing_of_one_producer(mortal_bus: Bus, sender: Producer, own_kafka: Kafka) -> None:
    publish(sender, "a")
    own_kafka.pause()
    sender.publish("clicks", [Message(key="k", value=b"b"), Message(key="k", value=b"c")])
    with pytest.raises(BusUnavailable):
        sender.confirm(timeout=12)
    own_kafka.resume()
    sender.confirm(timeout=20)

    assert all_values(mortal_bus, at_least=3) == ["a", "b", "c"]


def test_nothing_blocks_for_long_while_there_is_no_broker(own_kafka: Kafka, settings: Any) -> None:
    use_brokers(own_kafka, settings)
    own_kafka.kill()
    bus = KafkaBus(timing=KAFKA_HASTY)
    began = time.monotonic()

    producer, consumer = bus.producer(), bus.consumer(group="readers", topics=["clicks"])
    opened_in = time.monotonic() - began
    assert not consumer.poll(timeout=0.2, max_records=1)
    with pytest.raises(BusUnavailable):
        producer.publish("clicks", [Message(key="k", value=b"a")])
    with pytest.raises(BusUnavailable):
        bus.lag(group="readers", topics=["clicks"])
    took = time.monotonic() - began
    own_kafka.start()
    confirm_at_last(producer, "a")
    got = values(read(consumer, at_least=1, timeout=10))
    for part in (producer, consumer, bus):
        part.close()

    assert opened_in < 0.5
    assert took < 15
    assert got == ["a"]


def test_questions_that_nobody_answers_leave_no_thread_behind(settings: Any) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = ["127.0.0.1:9"]
    before = threading.active_count()

    with closing(Admin()) as admin:
        for _ in range(2):
            with pytest.raises(BusUnavailable):
                admin.partitions(["clicks"])

    wait_until(lambda: threading.active_count() <= before)


def test_a_consumer_goes_on_soon_after_the_broker_is_back(mortal_bus: Bus, sender: Producer, own_kafka: Kafka) -> None:
    publish(sender, "a")
    with closing(mortal_bus.consumer(group="readers", topics=["clicks"])) as consumer:
        [batch] = read(consumer, at_least=1)
        own_kafka.kill()
        with pytest.raises((BusUnavailable, PartitionLost)):
            commit(consumer, [batch])
        assert not consumer.poll(timeout=0.2, max_records=1)
        own_kafka.start()
        began = time.monotonic()
        confirm_at_last(sender, "b")
        consumer.rewind(batch.partition)

        assert values(read(consumer, at_least=2, timeout=15)) == ["a", "b"]
        assert time.monotonic() - began < 10


def test_a_consumer_waits_without_work_for_a_broker_that_hangs(mortal_bus: Bus, sender: Producer, own_kafka: Kafka) -> None:
    publish(sender, "a")
    with closing(mortal_bus.consumer(group="readers", topics=["clicks"])) as consumer:
        assert values(read(consumer, at_least=1)) == ["a"]
        own_kafka.pause()
        worked = time.process_time()
        for _ in range(4):
            assert not consumer.poll(timeout=0.5, max_records=1)
        worked = time.process_time() - worked
        own_kafka.resume()

    assert worked < 0.3


def test_what_retention_removed_unread_is_counted_and_told(bus: Bus) -> None:
    producer = bus.producer()
    publish(producer, *map(str, range(10)))
    with closing(bus.consumer(group="late", topics=["clicks"])) as consumer:
        [batch] = read(consumer, at_least=10)
        consumer.commit(batch.partition, batch.first_offset + 4)
    place = TopicPartition(names.on_broker("clicks"), batch.partition.number)
    with closing(Admin()) as admin:
        admin.ask(lambda client: client.delete_records({place: batch.first_offset + 7}))

    with capture_logs() as lines, closing(bus.consumer(group="late", topics=["clicks"])) as consumer:
        assert _removed("late") == 0
        got = values(read(consumer, at_least=3, timeout=10))
    with closing(bus.consumer(group="late", topics=["clicks"])) as consumer:
        again = values(read(consumer, at_least=3, timeout=10))
    producer.close()

    assert got == again == ["7", "8", "9"]
    assert _removed("late") == 3
    told = [line for line in lines if line["event"] == "records_removed_unread"]
    assert [(line["topic"], line["partition"], line["records"]) for line in told] == [("clicks", batch.partition.number, 3)]


def _removed(group: str) -> float | None:
    return REGISTRY.get_sample_value("events_removed_unread_total", {"group": group, "topic": "clicks"})


def test_nothing_follows_a_record_that_was_refused(bus: Bus) -> None:
    producer = bus.producer()
    publish(producer, "a")
    too_long = Message(key="k", value=os.urandom(4_300_000))

    producer.publish("clicks", [too_long, *(Message(key="k", value=b"later") for _ in range(20))])
    with pytest.raises(BusUnavailable, match="TooLarge"):
        producer.confirm(timeout=10)
    confirm_at_last(producer, "again")
    producer.close()

    assert all_values(bus, at_least=2) == ["a", "again"]


def test_a_child_process_sends_with_a_producer_of_its_own(bus: Bus) -> None:
    producer = bus.producer()
    publish(producer, "parent")
    child = os.fork()
    if child == 0:
        try:
            publish(producer, "child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    publish(producer, "parent again")
    producer.close()

    assert sorted(all_values(bus, at_least=3)) == ["child", "parent", "parent again"]


def test_a_topic_that_is_missing_is_named_with_its_remedy(bus: Bus) -> None:
    with pytest.raises(BusUnavailable, match=r"no topic other; `manage\.py create_topics`"):
        bus.register(group="readers", topics=["clicks", "other"])


def test_a_topic_made_anew_is_another_log(bus: Bus) -> None:
    producer = bus.producer()
    publish(producer, "a")
    with closing(bus.consumer(group="readers", topics=["clicks"])) as consumer, closing(Admin()) as admin:
        [old] = read(consumer, at_least=1)
        commit(consumer, [old])
        admin.ask(lambda client: client.delete_topics([names.on_broker("clicks")]))
        wait_until(lambda: make_topics([plan_topic("clicks")], admin=admin)[0].is_new)
        [new] = {part for part in admin.partitions(["clicks"]) if part.number == old.partition.number}

        assert new.log_id != old.partition.log_id
    producer.close()


def test_brokers_can_be_killed_one_by_one(three_kafkas: Kafka, settings: Any) -> None:
    use_brokers(three_kafkas, settings, replication=3)
    # Read in turns with waits that may be long.
    bus = KafkaBus(timing=PATIENT)
    producer = bus.producer()
    consumer = bus.consumer(group="readers", topics=["clicks"])
    sent: list[str] = []
    got: list[str] = []
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            burst = [f"{len(sent) + number}" for number in range(50)]
            confirm_at_last(producer, *burst, patience=60)
            sent.extend(burst)
            time.sleep(0.02)

    def has_read(count: int) -> bool:
        batches = consumer.poll(timeout=0.5, max_records=5_000)
        got.extend(values(batches))
        return len(set(got)) >= count

    traffic = threading.Thread(target=go_on)
    traffic.start()
    for node in (1, 2):
        time.sleep(1)
        led = {place for place, leader in leaders().items() if leader == node}
        three_kafkas.kill(node)
        before = len(sent)
        wait_until(lambda before=before: len(sent) > before + 100, timeout=40)  # type: ignore[misc]
        after = leaders()

        assert led
        assert all(after[place] not in {node, -1} for place in led)
        # Sent after the kill and read while the broker is still away.
        wait_until(lambda before=before: has_read(before + 100), timeout=40)  # type: ignore[misc]
        three_kafkas.start()
    stop.set()
    traffic.join(60)
    wait_until(lambda: has_read(len(sent)), timeout=40)
    for part in (consumer, producer, bus):
        part.close()

    assert without_repetitions(got) == sent


def leaders() -> dict[tuple[str, int], int]:
    """Which broker leads which partition."""
    with closing(Admin()) as admin:
        described = admin.ask(lambda client: client.describe_topics([names.on_broker(topic) for topic in ("clicks", Topic.URL_UPDATED)]))
    return {(topic["name"], part["partition_index"]): part["leader_id"] for topic in described for part in topic["partitions"]}


def test_dead_letters_come_back_by_command_with_their_bytes(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_dlq, "get_bus", lambda: bus)
    poison = Record(offset=7, key="the key", value=b"\xff not JSON \x00", headers={}, appended_at=NOW)
    producer = bus.producer()
    office = DeadLetterOffice(group="sorter", producer=producer)
    office.send(Partition(Topic.URL_UPDATED, 0, "log"), [DeadLetter(poison, "DecodingError: bad")])
    producer.close()
    out = io.StringIO()

    [letter] = records(bus, dead_letter_topic(Topic.URL_UPDATED))
    call_command("replay_dlq", Topic.URL_UPDATED, stdout=out)
    [back] = records(bus, Topic.URL_UPDATED)

    assert (letter.key, letter.value, letter.headers["reason"]) == ("the key", poison.value, b"DecodingError: bad")
    assert "1 brought back, 0 left" in out.getvalue()
    assert (back.key, back.value) == ("the key", poison.value)
    assert is_replay_for(back, "sorter")


def records(bus: Bus, topic: str) -> list[Record]:
    """All that is in `topic`, of which there is something."""
    with closing(bus.consumer(group="inspector", topics=[topic])) as consumer:
        return [record for batch in read(consumer, at_least=1, timeout=10) for record in batch.records]


def test_each_partition_gives_as_many_records_as_asked_for(bus: Bus) -> None:
    producer = bus.producer()
    publish_spread(producer, 2_000)
    producer.close()
    with closing(bus.consumer(group="readers", topics=["clicks"])) as consumer:
        read(consumer, at_least=1, max_records=1)
        time.sleep(1)
        # On a busy machine what is to come has not come by then.
        polls = [consumer.poll(timeout=2, max_records=700) for _ in range(4)]

    assert max(sum(len(batch.records) for batch in batches) for batches in polls) > 700
    for batch in chain.from_iterable(polls):
        assert len(batch.records) <= 700
        offsets = [record.offset for record in batch.records]
        assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
