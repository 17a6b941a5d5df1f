"""A Redis that a test may kill, and clients of it."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis


@pytest.fixture
def redis_client(settings: Any) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client
