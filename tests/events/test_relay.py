import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator

import orjson
import pytest
from django.db import connection, connections, transaction

from apps.events import outbox
from apps.events.bus import Bus, BusUnavailable, Message, Producer
from apps.events.models import OutboxEvent
from apps.events.relay import relay_batch, run_relay
from apps.events.topics import Topic
from tests.events.reading import read, wait_until
from tests.events.samples import NOW, link_payload

pytestmark = pytest.mark.django_db(transaction=True)

TOPIC = Topic.URL_UPDATED


class CrashingProducer:
    """Publishes and then fails before it confirms, as a relay that is killed in between."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def publish(self, topic: str, messages: list[Message]) -> None:
        self._producer.publish(topic, messages)

    def confirm(self, *, timeout: float) -> None:
        raise BusUnavailable(f"killed within {timeout} s")

    def close(self) -> None:
        """Belongs to the test."""


def record(key: str, version: int = 1) -> None:
    outbox.record(topic=TOPIC, key=key, payload=link_payload(link_version=version), occurred_at=NOW)


def published(bus: Bus, *, at_least: int) -> list[tuple[str, int]]:
    """(key, link version) of all that is on the bus."""
    consumer = bus.consumer(group="readers", topics=[TOPIC])
    batches = read(consumer, at_least=at_least, timeout=3, max_records=1000)
    consumer.close()
    return [(record.key, orjson.loads(record.value)["payload"]["link_version"]) for batch in batches for record in batch.records]


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


def start_relay(bus: Bus, stop: threading.Event) -> threading.Thread:
    def relay() -> None:
        producer = bus.producer()
        try:
            run_relay(producer=producer, stop=stop)
        finally:
            producer.close()
            connections.close_all()

    thread = threading.Thread(target=relay)
    thread.start()
    return thread


def test_a_committed_event_is_published_once_and_marked(bus: Bus, producer: Producer) -> None:
    with transaction.atomic():
        record("1")

    assert relay_batch(producer=producer) == 1
    assert relay_batch(producer=producer) == 0
    assert published(bus, at_least=1) == [("1", 1)]
    assert OutboxEvent.objects.filter(published_at=None).count() == 0


def test_a_rolled_back_transaction_publishes_nothing(bus: Bus, producer: Producer) -> None:
    with transaction.atomic():
        record("1")
        transaction.set_rollback(True)

    assert relay_batch(producer=producer) == 0


def test_an_event_not_confirmed_is_published_again(bus: Bus, producer: Producer) -> None:
    with transaction.atomic():
        record("1")
    with pytest.raises(BusUnavailable):
        relay_batch(producer=CrashingProducer(producer))  # type: ignore[arg-type]

    assert relay_batch(producer=producer) == 1
    assert published(bus, at_least=2) == [("1", 1), ("1", 1)]


def test_one_relay_works_at_a_time(producer: Producer) -> None:
    with transaction.atomic():
        record("1")
    seen: list[int] = []

    def second_relay() -> None:
        seen.append(relay_batch(producer=producer))
        connections.close_all()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x6F7574626F78])
        thread = threading.Thread(target=second_relay)
        thread.start()
        thread.join()

    assert seen == [0]
    assert relay_batch(producer=producer) == 1


def test_an_event_reaches_the_bus_soon(bus: Bus, stop: threading.Event) -> None:
    consumer = bus.consumer(group="readers", topics=[TOPIC])
    consumer.poll(timeout=0, max_records=1)
    relay = start_relay(bus, stop)
    time.sleep(0.3)
    with transaction.atomic():
        record("1")
    began = time.monotonic()

    batches = read(consumer, at_least=1)
    delay = time.monotonic() - began
    stop.set()
    relay.join()
    consumer.close()

    assert batches
    assert delay < 0.5


def write_slowly(writer: int, changes: int) -> None:
    """Transactions that overlap: some ids become visible after higher ones have been published."""
    chance = random.Random(writer)
    for version in range(1, changes + 1):
        with transaction.atomic():
            record(str(writer), version)
            time.sleep(chance.uniform(0, 0.4))
    connections.close_all()


def test_no_event_of_50_concurrent_slow_writers_is_skipped(bus: Bus, stop: threading.Event) -> None:
    relays = [start_relay(bus, stop) for _ in range(2)]
    writers = [threading.Thread(target=write_slowly, args=(number, 5)) for number in range(50)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    wait_until(lambda: not OutboxEvent.objects.filter(published_at=None).exists())
    stop.set()
    for thread in relays:
        thread.join()

    versions: dict[str, list[int]] = defaultdict(list)
    for key, version in published(bus, at_least=250):
        versions[key].append(version)

    assert versions == {str(writer): [1, 2, 3, 4, 5] for writer in range(50)}
