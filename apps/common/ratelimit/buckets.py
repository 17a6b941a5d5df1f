"""Buckets in Redis, asked from synchronous code and from an event loop.

A call is bounded in time, and Redis is left alone for a second after it has failed three times.
"""

import asyncio

from redis.exceptions import RedisError

from apps.common.guard import Guarded
from apps.common.ratelimit.limits import RateLimit
from apps.common.ratelimit.script import TAKE, Grant, arguments, bucket_key, grant
from apps.common.redis import new_brief_client
from apps.common.redis_pipeline import RedisPipeline, Script

# A request waits no longer than this for its token (s).
CALL_SECONDS = 0.05
_TAKE = Script(TAKE)


class BucketsUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class _GuardedBuckets(Guarded):
    failing = (RedisError, OSError)
    unavailable = BucketsUnavailable
    failed_event = "rate_limit_buckets_unavailable"


class Buckets(_GuardedBuckets):
    """For synchronous code; threads may share one."""

    def __init__(self) -> None:
        super().__init__()
        self._client = new_brief_client(seconds=CALL_SECONDS)
        self._take = self._client.register_script(TAKE)

    def take(self, limit: RateLimit, subject: str, *, cost: int) -> Grant:
        """Take `cost` tokens or none. Raises BucketsUnavailable."""
        with self.asking():
            answer = self._take(keys=[bucket_key(limit, subject)], args=arguments(limit, least=cost, most=cost, lease_ns=0))
        return grant(limit, answer)

    def close(self) -> None:
        """Release connections."""
        self._client.close()


class AsyncBuckets(_GuardedBuckets):
    """For the event loop on which it is first used; a call takes `patience` seconds at most."""

    patience = CALL_SECONDS

    def __init__(self) -> None:
        super().__init__()
        self._redis = RedisPipeline()

    async def take(self, limit: RateLimit, subject: str, *, least: int, most: int, lease_ns: int = 0) -> Grant:
        """Take as many tokens as there are, from `least` to `most`, or none.

        They are spent now, or with `lease_ns` within this time from the moment of the call.
        Raises BucketsUnavailable.
        """
        with self.asking():
            arguments_ = arguments(limit, least=least, most=most, lease_ns=lease_ns)
            deadline = asyncio.get_running_loop().time() + self.patience
            answer = await self._redis.run(_TAKE, keys=[bucket_key(limit, subject)], args=arguments_, deadline=deadline)
        return grant(limit, answer)

    async def close(self) -> None:
        """Release the connection."""
        await self._redis.close()
