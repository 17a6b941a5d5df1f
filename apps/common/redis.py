"""Connections to Redis: one place that knows the setting, so that nobody parses it twice."""

from functools import cache

import redis
import redis.asyncio
from django.conf import settings


@cache
def sync_client() -> "redis.Redis":
    """Client of this process for synchronous code; answers are bytes.

    Waits at most 2 s for an answer; blocking reads bring a connection of their own.
    """
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)


def new_client(*, socket_timeout: float | None) -> "redis.Redis":
    """A client with a pool of its own, for callers that block in Redis; answers are bytes."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=socket_timeout)


def new_async_client(*, socket_timeout: float | None) -> "redis.asyncio.Redis":
    """A client with a pool of its own for the running event loop; answers are bytes."""
    return redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=socket_timeout)
