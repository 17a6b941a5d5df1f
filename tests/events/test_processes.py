"""`manage.py consume` and `relay_outbox` as processes, ended in every way."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import redis
from django.db import connection, transaction

from apps.events import outbox
from apps.events.bus import Bus, Message, Producer
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from tests.events.probe import COUNTS
from tests.events.reading import read, wait_until
from tests.events.samples import NOW, link_event, link_payload
from tests.product import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(redis_url: str, settings: Any) -> Iterator[Start]:
    """Starts management commands on the engines of the test; ends them after it."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_command(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.events.probe_settings",
            "PROBE_DATABASE": str(connection.settings_dict["NAME"]),
            "PROBE_REDIS_URL": redis_url,
            # Empty where the test runs on the other bus.
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.KAFKA_BOOTSTRAP_SERVERS),
            "KAFKA_PREFIX": settings.KAFKA_PREFIX,
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **own, **environment},
            stdout=subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield start_command
    for process in processes:
        process.kill()
        process.wait()


def publish_links(producer: Producer, count: int) -> set[str]:
    producer.publish(Topic.URL_UPDATED, [Message(key=str(number), value=link_event(number)) for number in range(1, count + 1)])
    producer.confirm(timeout=5)
    return {str(number) for number in range(1, count + 1)}


def lag(bus: Bus) -> int:
    return sum(bus.lag(group="probe", topics=[Topic.URL_UPDATED]).values())


def stored(redis_url: str) -> dict[str, int]:
    """How often each link reached the sink of the probe."""
    with redis.Redis.from_url(redis_url) as client:
        counts: Any = client.hgetall(COUNTS)
    return {link.decode(): int(count) for link, count in counts.items()}


def test_a_consumer_killed_anywhere_repeats_and_loses_no_effect(bus: Bus, producer: Producer, start: Start, redis_url: str) -> None:
    chance = random.Random(3)
    links = publish_links(producer, 1000)

    for _ in range(2):
        before = len(stored(redis_url))
        process = start("consume")
        wait_until(lambda before=before: len(stored(redis_url)) > before, timeout=60)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.2))
        process.kill()
        process.wait()
    interrupted_at = len(stored(redis_url))
    start("consume", PROBE_DELAY="0")
    wait_until(lambda: lag(bus) == 0, timeout=60)

    assert interrupted_at < len(links)
    assert stored(redis_url) == dict.fromkeys(links, 1)


def test_a_consumer_that_slept_through_its_lease_does_no_harm(bus: Bus, producer: Producer, start: Start, redis_url: str) -> None:
    links = publish_links(producer, 1000)
    zombie = start("consume")
    wait_until(lambda: len(stored(redis_url)) > 0, timeout=60)

    zombie.send_signal(signal.SIGSTOP)
    start("consume", PROBE_DELAY="0.003")
    seen = len(stored(redis_url))
    wait_until(lambda: len(stored(redis_url)) > seen, timeout=60)
    zombie.send_signal(signal.SIGCONT)
    wait_until(lambda: lag(bus) == 0, timeout=60)

    assert stored(redis_url) == dict.fromkeys(links, 1)


def test_sigterm_ends_a_consumer_in_order_within_five_seconds(bus: Bus, producer: Producer, start: Start, redis_url: str) -> None:
    publish_links(producer, 2000)
    process = start("consume")
    wait_until(lambda: len(stored(redis_url)) > 0, timeout=60)

    process.terminate()
    code = process.wait(timeout=5)

    assert code == 0
    assert lag(bus) == 2000 - len(stored(redis_url))


def test_sigterm_ends_the_relay_after_it_published(bus: Bus, start: Start) -> None:
    with transaction.atomic():
        outbox.record(topic=Topic.URL_UPDATED, key="1", payload=link_payload(), occurred_at=NOW)
    process = start("relay_outbox")
    wait_until(lambda: not OutboxEvent.objects.filter(published_at=None).exists(), timeout=60)

    process.terminate()
    code = process.wait(timeout=5)
    consumer = bus.consumer(group="readers", topics=[Topic.URL_UPDATED])
    [batch] = read(consumer, at_least=1)
    consumer.close()

    assert code == 0
    assert orjson.loads(batch.records[0].value)["payload"] == link_payload()
