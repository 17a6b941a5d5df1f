"""The redirector's side of Redis: every call is bounded in time and behind a circuit breaker."""

import asyncio
import logging
import random
from collections.abc import Awaitable
from dataclasses import astuple
from typing import Any

import orjson
from redis.exceptions import NoScriptError, RedisError

from apps.common.breaker import BreakerState, CircuitBreaker
from apps.common.redis import new_async_client
from apps.redirects import keys
from apps.redirects.hosts import DomainRef
from apps.redirects.snapshot import Absent, Snapshot, Tombstone, decode, encode

logger = logging.getLogger(__name__)

# A redirect waits no longer than this for Redis (s).
CALL_SECONDS = 0.05


class StoreUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


def _lifetime_ms(snapshot: Snapshot | None) -> int:
    if snapshot is None:
        return keys.NEGATIVE_MS
    return round(keys.LINK_MS * _chance())


def _chance() -> float:
    """About 1: what a life is multiplied by."""
    return 1 + keys.LINK_JITTER * random.uniform(-1, 1)  # noqa: S311 - spreads load, guards nothing


class SnapshotStore:
    """Snapshots of links in Redis. Every method raises StoreUnavailable."""

    def __init__(self) -> None:
        self.client = new_async_client(socket_timeout=None)
        self.breaker = CircuitBreaker()
        self.failures = 0
        self._fill = self.client.register_script(keys.FILL)
        self._load = self.client.register_script(keys.LOAD)

    async def _call(self, call: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer = await call
        except (RedisError, OSError, TimeoutError) as error:
            self.failures += 1
            was_open = self.breaker.state is not BreakerState.CLOSED
            self.breaker.failed()
            if not was_open:
                logger.warning("redis_call_failed error=%r", error)
            raise StoreUnavailable from error
        self.breaker.succeeded()
        return answer

    def _check(self) -> None:
        if not self.breaker.allows():
            raise StoreUnavailable

    async def get(self, domain_id: int, code: str) -> Snapshot | Absent | Tombstone | None:
        """What is known of the link at this place; None for nothing. Being asked for makes it stay longer."""
        self._check()
        arguments = [keys.LINK_LONGEST_MS, _chance(), keys.LINK_MS]
        return decode(await self._call(self._load(keys=[keys.link_key(domain_id, code)], args=arguments)))

    async def fill(self, domain_id: int, code: str, snapshot: Snapshot | None) -> None:
        """Keep what was read from the database, unless something newer is known by now."""
        self._check()
        arguments: list[Any] = [snapshot.version if snapshot else 0, encode(snapshot), _lifetime_ms(snapshot)]
        await self._call(self._run_fill(keys.link_key(domain_id, code), arguments))

    async def _run_fill(self, key: str, arguments: list[Any]) -> None:
        try:
            await self._fill(keys=[key], args=arguments)
        except NoScriptError:
            # The server was restarted since the script was loaded.
            await self.client.eval(keys.FILL, 1, key, *arguments)

    async def get_domains(self) -> list[DomainRef]:
        """The domain table as last kept; empty when there is none."""
        self._check()
        data = await self._call(self.client.get(keys.DOMAINS))
        return [DomainRef(*row) for row in orjson.loads(data)] if data else []

    async def put_domains(self, domains: list[DomainRef]) -> None:
        """Keep the domain table, for a start without a database."""
        self._check()
        await self._call(self.client.set(keys.DOMAINS, orjson.dumps([astuple(row) for row in domains])))

    async def close(self) -> None:
        """Release connections."""
        await self.client.aclose()
