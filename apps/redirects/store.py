"""The redirector's side of Redis: every call is bounded in time and behind a circuit breaker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any

import orjson
from redis.exceptions import NoScriptError, RedisError

from apps.common.guard import Guarded
from apps.common.redis import new_async_client
from apps.redirects import keys
from apps.redirects.batches import Batches
from apps.redirects.hosts import DomainRef
from apps.redirects.snapshot import Absent, Snapshot, Tombstone, decode, encode

# A redirect waits no longer than this for Redis (s).
CALL_SECONDS = 0.05
# Calls of one kind that are under way at a time; what comes meanwhile goes together with the next.
_AT_ONCE = 8

# Key, version, value and lifetime (ms) of what is to be kept.
Entry = tuple[str, int, bytes, int]


class StoreUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class SnapshotStore(Guarded):
    """Snapshots of links in Redis. Every method raises StoreUnavailable."""

    failing = (RedisError, OSError)
    unavailable = StoreUnavailable
    failed_event = "redis_call_failed"

    def __init__(self) -> None:
        super().__init__()
        self._reads = Batches(self._read_many, patience=CALL_SECONDS, at_once=_AT_ONCE)
        self._fills = Batches(self._fill_many, patience=CALL_SECONDS, at_once=_AT_ONCE)
        self.client = new_async_client(socket_timeout=None)
        self._fill = self.client.register_script(keys.FILL)
        self._load = self.client.register_script(keys.LOAD)

    async def _call(self, call: Callable[[], Awaitable[Any]], *, deadline: float | None = None) -> Any:
        """What `call` gives, by `deadline` of the event loop's clock, or within the time of one call."""
        with self.asking():
            async with asyncio.timeout_at(deadline or asyncio.get_running_loop().time() + CALL_SECONDS):
                return await call()

    async def get(self, domain_id: int, code: str) -> Snapshot | Absent | Tombstone | None:
        """What is known of the link at this place; None for nothing. Being asked for makes it stay longer."""
        return decode(await self._reads.get(keys.link_key(domain_id, code)))

    async def _read_many(self, names: Sequence[str], deadline: float) -> list[bytes | None]:
        arguments = [keys.LINK_LONGEST_MS, keys.LINK_MS, *(keys.jitter() for _ in names)]
        return await self._call(partial(self._load, keys=names, args=arguments), deadline=deadline)  # type: ignore[no-any-return]

    async def fill(self, domain_id: int, code: str, snapshot: Snapshot | None) -> None:
        """Keep what was read from the database, unless something newer is known by now."""
        version = snapshot.version if snapshot else 0
        life_ms = round(keys.LINK_MS * keys.jitter()) if snapshot else keys.NEGATIVE_MS
        await self._fills.get((keys.link_key(domain_id, code), version, encode(snapshot), life_ms))

    async def _fill_many(self, entries: Sequence[Entry], deadline: float) -> list[None]:
        names = [name for name, *_ in entries]
        arguments = [argument for _, *arguments in entries for argument in arguments]
        await self._call(partial(self._run_fill, names, arguments), deadline=deadline)
        return [None] * len(entries)

    async def _run_fill(self, names: list[str], arguments: list[Any]) -> None:
        try:
            await self._fill(keys=names, args=arguments)
        except NoScriptError:
            # The server was restarted since the script was loaded.
            await self.client.eval(keys.FILL, len(names), *names, *arguments)

    async def get_domains(self) -> list[DomainRef]:
        """The domain table as last kept; empty when there is none."""
        data = await self._call(partial(self.client.get, keys.DOMAINS))
        return [DomainRef(*row) for row in orjson.loads(data)] if data else []

    async def put_domains(self, domains: list[DomainRef]) -> None:
        """Keep the domain table, for a start without a database."""
        await self._call(partial(self.client.set, keys.DOMAINS, orjson.dumps([astuple(row) for row in domains])))

    async def close(self) -> None:
        """Release connections."""
        await self.client.aclose()
