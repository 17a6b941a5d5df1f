"""A bus of one's own for each test."""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from apps.events.bus import Bus, Consumer, Producer
from apps.events.kafka_bus import KafkaBus
from apps.events.kafka_bus import consumer as kafka_consumer
from apps.events.kafka_bus.admin import Admin
from apps.events.kafka_bus.topic_making import make_topics
from apps.events.kafka_bus.topic_plan import plan_dead_letters, plan_topic
from apps.events.redis_streams import RedisStreamsBus
from apps.events.redis_streams.leases import PATIENT, Timing
from apps.events.topics import Topic
from tests.engines.kafka import Kafka

Open = Callable[..., Consumer]

# Leases that end soon, so that tests need not wait long for the death of a consumer.
HASTY = Timing(lease=0.8, max_poll=0.4)
# Brokers of tests allow sessions of a second and more.
KAFKA_HASTY = kafka_consumer.Timing(session=1.5, max_poll=1.0, heartbeat=0.1)


def own_database(url: str) -> str:
    """`url` with a database number that only this worker's bus tests use."""
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


@pytest.fixture
def redis_url(settings: Any) -> Iterator[str]:
    """URL of an empty Redis database, which the settings name too."""
    url = own_database(settings.REDIS_URL)
    settings.REDIS_URL = url
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    yield url
    with redis.Redis.from_url(url) as client:
        client.flushdb()


@pytest.fixture
def kafka_topics(shared_kafka: Kafka, settings: Any) -> str:
    """Topics of the test's own on a real broker, which the settings name; gives what their names begin with."""
    use_brokers(shared_kafka, settings)
    return str(settings.KAFKA_PREFIX)


def use_brokers(cluster: Kafka, settings: Any, *, replication: int = 1, servers: Sequence[str] = ()) -> None:
    """Let the settings name the brokers, by other addresses if `servers` are given, and a prefix of its own, and
    make the topics that these tests use."""
    settings.KAFKA_BOOTSTRAP_SERVERS = list(servers) or cluster.servers
    settings.KAFKA_PREFIX = f"{secrets.token_hex(4)}."
    settings.KAFKA_REPLICATION = replication
    with closing(Admin()) as admin:
        make_topics([plan_topic("clicks"), plan_topic(Topic.URL_UPDATED), plan_dead_letters(Topic.URL_UPDATED)], admin=admin)


def _redis_streams(request: pytest.FixtureRequest, *, is_hasty: bool) -> Bus:
    request.getfixturevalue("redis_url")
    return RedisStreamsBus(timing=HASTY if is_hasty else PATIENT)


def _kafka(request: pytest.FixtureRequest, *, is_hasty: bool) -> Bus:
    request.getfixturevalue("kafka_topics")
    bus = KafkaBus(timing=KAFKA_HASTY if is_hasty else kafka_consumer.PATIENT)
    request.addfinalizer(bus.close)
    return bus


# Every kind of bus; each test of this folder that takes one runs on all of them.
BUSES = [pytest.param(_redis_streams, id="redis"), pytest.param(_kafka, id="kafka", marks=pytest.mark.full)]


@pytest.fixture(params=BUSES)
def bus(request: pytest.FixtureRequest) -> Bus:
    """An empty bus in which a silent consumer counts as dead soon."""
    made: Bus = request.param(request, is_hasty=True)
    return made


@pytest.fixture(params=BUSES)
def patient_bus(request: pytest.FixtureRequest) -> Bus:
    """An empty bus that waits for its consumers as in production."""
    made: Bus = request.param(request, is_hasty=False)
    return made


@pytest.fixture
def producer(bus: Bus) -> Iterator[Producer]:
    producer = bus.producer()
    yield producer
    producer.close()


@pytest.fixture
def consume(bus: Bus) -> Iterator[Open]:
    """Opens consumers and closes them after the test."""
    with ExitStack() as stack:

        def open_consumer(group: str = "readers", topic: str = "clicks") -> Consumer:
            consumer = bus.consumer(group=group, topics=[topic])
            stack.callback(consumer.close)
            return consumer

        yield open_consumer
