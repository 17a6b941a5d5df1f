"""Connections to Redis: one place that knows the setting, so that nobody parses it twice."""

import redis
import redis.asyncio
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


def new_client(*, socket_timeout: float | None) -> "redis.Redis":
    """A client with a pool of its own, for callers that block in Redis; answers are bytes."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=socket_timeout)


def new_brief_client(*, seconds: float) -> "redis.Redis":
    """A client with a pool of its own that tries each call once and waits at most `seconds`; answers are bytes."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=seconds, socket_timeout=seconds, retry=Retry(NoBackoff(), 0))


def new_async_client(*, socket_timeout: float | None) -> "redis.asyncio.Redis":
    """A client with a pool of its own for the running event loop; answers are bytes."""
    return redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=socket_timeout)
