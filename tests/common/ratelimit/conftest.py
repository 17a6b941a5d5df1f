"""A Redis that a test may kill, and clients of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.events.valkey import Server


@pytest.fixture
def valkey(tmp_path: Path, settings: Any) -> Iterator[Server]:
    server = Server(tmp_path, appendonly=False)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.kill()


@pytest.fixture
def redis_client(settings: Any) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client
