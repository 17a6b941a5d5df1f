"""Connections of the bus: no silent retries, one kind of failure."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.common.redis import new_client
from apps.events.bus import BusUnavailable

# Longer than any blocking command that the bus sends.
SOCKET_TIMEOUT = 10.0


def connect() -> redis.Redis:
    """A client with a pool of its own. The caller decides about retries: a repeated append is not
    the same as one append."""
    client = new_client(socket_timeout=SOCKET_TIMEOUT)
    client.set_retry(Retry(NoBackoff(), 0))
    return client


@contextmanager
def translated_errors() -> Iterator[None]:
    """Whatever Redis or the way to it refuses is BusUnavailable."""
    try:
        yield
    except redis.RedisError as error:
        raise BusUnavailable(f"Redis: {type(error).__name__}: {error}") from error
