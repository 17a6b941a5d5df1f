"""The redirector's side of Redis: every call is bounded in time and behind a circuit breaker."""

import asyncio
from collections.abc import Sequence
from dataclasses import astuple

import orjson
from redis.exceptions import RedisError

from apps.common.guard import Guarded
from apps.common.redis_pipeline import RedisPipeline, Script, Word
from apps.redirects import keys
from apps.redirects.batches import SIZE, Batches
from apps.redirects.hosts import DomainRef
from apps.redirects.snapshot import Absent, Snapshot, Tombstone, decode, encode

# A redirect waits no longer than this for Redis (s).
CALL_SECONDS = 0.05
# Calls of one kind that are under way at a time; what comes meanwhile goes together with the next.
_AT_ONCE = 2
# What was read from the database waits so long to be kept together with what comes meanwhile (s).
_FILL_SECONDS = 0.02
_LOAD, _FILL = Script(keys.LOAD), Script(keys.FILL)

# Key, version, value and lifetime (ms) of what is to be kept.
Entry = tuple[str, int, bytes, int]
# More than that waits only when Redis is slow.
_MOST_FILLS = 4096


class StoreUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class SnapshotStore(Guarded):
    """Snapshots of links in Redis. Every method that waits raises StoreUnavailable, but `close`."""

    failing = (RedisError, OSError)
    unavailable = StoreUnavailable
    failed_event = "redis_call_failed"

    def __init__(self) -> None:
        super().__init__()
        self._redis = RedisPipeline()
        self._reads = Batches(self._read_many, patience=CALL_SECONDS, at_once=_AT_ONCE)
        self._fills: list[Entry] = []
        self._filling: asyncio.Task[None] | None = None

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + CALL_SECONDS

    async def get(self, domain_id: int, code: str) -> Snapshot | Absent | Tombstone | None:
        """What is known of the link at this place; None for nothing. Being asked for makes it stay longer."""
        return decode(await self._reads.get(keys.link_key(domain_id, code)))

    async def _read_many(self, names: Sequence[str], deadline: float) -> list[bytes | None]:
        arguments = [keys.LINK_LONGEST_MS, keys.LINK_MS, *(keys.jitter() for _ in names)]
        with self.asking():
            return await self._redis.run(_LOAD, keys=names, args=arguments, deadline=deadline)  # type: ignore[no-any-return]

    def fill(self, domain_id: int, code: str, snapshot: Snapshot | None) -> None:
        """Keep soon what was read from the database, unless something newer is known by then. Never raises."""
        if len(self._fills) >= _MOST_FILLS:
            return
        version = snapshot.version if snapshot else 0
        life_ms = round(keys.LINK_MS * keys.jitter()) if snapshot else keys.NEGATIVE_MS
        self._fills.append((keys.link_key(domain_id, code), version, encode(snapshot), life_ms))
        if self._filling is None:
            self._filling = asyncio.create_task(self._fill_soon())

    async def _fill_soon(self) -> None:
        """Nobody waits for it, so what is read in a moment goes together."""
        try:
            await asyncio.sleep(_FILL_SECONDS)
            while self._fills:
                entries, self._fills = self._fills[:SIZE], self._fills[SIZE:]
                await self._fill_many(entries)
        except StoreUnavailable:
            # Counted and logged already; each entry is filled at its next miss.
            self._fills.clear()
        finally:
            self._filling = None

    async def _fill_many(self, entries: Sequence[Entry]) -> None:
        names = [name for name, *_ in entries]
        arguments: list[Word] = []
        for entry in entries:
            arguments += entry[1:]
        with self.asking():
            await self._redis.run(_FILL, keys=names, args=arguments, deadline=self._deadline())

    async def get_domains(self) -> list[DomainRef]:
        """The domain table as last kept; empty when there is none."""
        with self.asking():
            data = await self._redis.call("GET", keys.DOMAINS, deadline=self._deadline())
        return [DomainRef(*row) for row in orjson.loads(data)] if data else []

    async def get_hottest(self) -> list[tuple[int, str]]:
        """The places of the links that are followed most, the hottest first, as last kept."""
        with self.asking():
            data = await self._redis.call("GET", keys.HOTTEST, deadline=self._deadline())
        return [(int(domain_id), str(code)) for domain_id, code in orjson.loads(data)] if data else []

    async def put_domains(self, domains: list[DomainRef]) -> None:
        """Keep the domain table, for a start without a database."""
        with self.asking():
            await self._redis.call("SET", keys.DOMAINS, orjson.dumps([astuple(row) for row in domains]), deadline=self._deadline())

    async def close(self) -> None:
        """Keep what was to be kept soon, and release the connection."""
        if self._filling is not None:
            await self._filling
        await self._redis.close()
