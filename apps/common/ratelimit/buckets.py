"""Buckets in Redis, asked from synchronous code and from an event loop.

A call is bounded in time, and Redis is left alone for a second after it has failed three times.
"""

import asyncio
import logging

from redis.exceptions import RedisError

from apps.common.breaker import BreakerState, CircuitBreaker
from apps.common.ratelimit.limits import RateLimit
from apps.common.ratelimit.script import TAKE, Grant, arguments, bucket_key, grant
from apps.common.redis import new_async_client, new_brief_client

logger = logging.getLogger(__name__)

# A request waits no longer than this for its token (s).
CALL_SECONDS = 0.05


class BucketsUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class _Guard:
    """The circuit breaker in front of Redis, and what is told about its failures."""

    def __init__(self) -> None:
        self.breaker = CircuitBreaker()
        self.failures = 0

    def check(self) -> None:
        if not self.breaker.allows():
            raise BucketsUnavailable

    def failed(self, error: Exception) -> None:
        self.failures += 1
        was_closed = self.breaker.state is BreakerState.CLOSED
        self.breaker.failed()
        if was_closed:
            logger.warning("rate_limit_buckets_unavailable error=%r", error)


class Buckets(_Guard):
    """For synchronous code; threads may share one."""

    def __init__(self) -> None:
        super().__init__()
        self._client = new_brief_client(seconds=CALL_SECONDS)
        self._take = self._client.register_script(TAKE)

    def take(self, limit: RateLimit, subject: str, *, cost: int) -> Grant:
        """Take `cost` tokens or none. Raises BucketsUnavailable."""
        self.check()
        try:
            answer = self._take(keys=[bucket_key(limit, subject)], args=arguments(limit, least=cost, most=cost, lease_ns=0))
        except (RedisError, OSError) as error:
            self.failed(error)
            raise BucketsUnavailable from error
        self.breaker.succeeded()
        return grant(limit, answer)

    def close(self) -> None:
        """Release connections."""
        self._client.close()


class AsyncBuckets(_Guard):
    """For the event loop on which it is first used; a call takes `patience` seconds at most."""

    patience = CALL_SECONDS

    def __init__(self) -> None:
        super().__init__()
        self._client = new_async_client(socket_timeout=None)
        self._take = self._client.register_script(TAKE)

    async def take(self, limit: RateLimit, subject: str, *, least: int, most: int, lease_ns: int = 0) -> Grant:
        """Take as many tokens as there are, from `least` to `most`, or none.

        They are spent now, or with `lease_ns` within this time from the moment of the call.
        Raises BucketsUnavailable.
        """
        self.check()
        arguments_ = arguments(limit, least=least, most=most, lease_ns=lease_ns)
        try:
            async with asyncio.timeout(self.patience):
                answer = await self._take(keys=[bucket_key(limit, subject)], args=arguments_)
        except (RedisError, OSError, TimeoutError) as error:
            self.failed(error)
            raise BucketsUnavailable from error
        self.breaker.succeeded()
        return grant(limit, answer)

    async def close(self) -> None:
        """Release connections."""
        await self._client.aclose()
