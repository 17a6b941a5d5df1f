"""A bus of one's own for each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from apps.events.bus import Bus, Consumer, Producer
from apps.events.redis_streams import RedisStreamsBus
from apps.events.redis_streams.leases import PATIENT, Timing

Open = Callable[..., Consumer]

# Leases that end soon, so that tests need not wait long for the death of a consumer.
HASTY = Timing(lease=0.8, max_poll=0.4)


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


# Every kind of bus, with the given patience towards silent consumers.
BUSES: dict[str, Callable[[Timing], Bus]] = {"redis_streams": lambda timing: RedisStreamsBus(timing=timing)}


@pytest.fixture(params=BUSES)
def bus(request: pytest.FixtureRequest, redis_url: str) -> Bus:
    """An empty bus in which a silent consumer counts as dead soon."""
    return BUSES[request.param](HASTY)


@pytest.fixture(params=BUSES)
def patient_bus(request: pytest.FixtureRequest, redis_url: str) -> Bus:
    """An empty bus that waits for its consumers as in production."""
    return BUSES[request.param](PATIENT)


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
