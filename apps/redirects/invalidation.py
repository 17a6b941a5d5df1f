"""Tells all redirectors that a link has changed."""

import logging
from functools import cache
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import RedisError

from apps.common.redis import new_client
from apps.redirects import keys
from apps.redirects.snapshot import encode_tombstone

logger = logging.getLogger(__name__)

# Whoever has just saved a link waits no longer than this for a Redis that hangs (s).
_PATIENCE = 0.5


class InvalidationCounters:
    """Of this process."""

    failures = 0


@cache
def _client() -> Redis:
    return new_client(socket_timeout=_PATIENCE)


def invalidate(*, domain_id: int, code: str, version: int) -> None:
    """Make Redis and every redirector forget what they know of the link below `version`.

    Raises redis.exceptions.RedisError when Redis does not answer.
    """
    message = orjson.dumps({"domain_id": domain_id, "code": code, "version": version})
    _client().eval(
        keys.INVALIDATE,
        1,
        keys.link_key(domain_id, code),
        str(version),
        encode_tombstone(version),
        str(keys.TOMBSTONE_MS),
        keys.CHANNEL,
        message,
    )


def on_domains_changed(**_kwargs: Any) -> None:
    """Receiver of `domains_changed`: every redirector reads the domain table anew. Never raises: they
    read it every ten seconds in any case."""
    try:
        _client().publish(keys.CHANNEL, orjson.dumps({"domains": True}))
    except RedisError as error:
        InvalidationCounters.failures += 1
        logger.warning("domains_not_announced error=%r", error)


def on_link_changed(*, domain_id: int, code: str, version: int, **_kwargs: Any) -> None:
    """Receiver of `link_changed`. Never raises: the change is saved already, and the consumer
    group `link-cache` does the same again once Redis answers."""
    try:
        invalidate(domain_id=domain_id, code=code, version=version)
    except RedisError as error:
        InvalidationCounters.failures += 1
        logger.warning("link_not_invalidated domain_id=%d code=%s version=%d error=%r", domain_id, code, version, error)
