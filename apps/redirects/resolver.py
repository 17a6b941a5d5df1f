"""From a place (domain and code) to its link: process cache, Redis, PostgreSQL, in this order."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from time import time_ns
from typing import Any

from apps.redirects.cache import ColdEntry, LinkCache, Place
from apps.redirects.hosts import DomainRef, DomainTable
from apps.redirects.postgres import DatabaseUnavailable, LinkReader
from apps.redirects.snapshot import Absent, Snapshot, Tombstone
from apps.redirects.store import SnapshotStore, StoreUnavailable

logger = logging.getLogger(__name__)

# An unknown host is looked for in the database at most this often, known ones are read anew (s).
_DOMAINS_MIN_AGE = 1.0
DOMAINS_MAX_AGE = 10.0


class Unresolvable(Exception):
    """Neither Redis nor PostgreSQL could say; must be answered with 503 and never be remembered."""


class Resolver:
    """One per process. Many callers that miss the same place share one look-up."""

    def __init__(self, *, cache: LinkCache, domains: DomainTable, store: SnapshotStore, reader: LinkReader) -> None:
        self.cache = cache
        self.domains = domains
        self.store = store
        self.reader = reader
        self._flights: dict[tuple[int, str], asyncio.Task[Snapshot | None]] = {}
        self._domain_flight: asyncio.Task[None] | None = None
        self._domains_read_at = float("-inf")
        self._background: set[asyncio.Task[None]] = set()

    async def find_domain(self, raw_host: bytes) -> DomainRef | None:
        """The domain that a Host header means, or None. Raises Unresolvable when the table is not known."""
        domain = self.domains.find(raw_host)
        if domain is None and await self._may_be_new():
            domain = self.domains.find(raw_host)
        if domain is None and not self.domains.is_loaded:
            raise Unresolvable
        return domain

    async def has_name(self, name: str) -> bool:
        """Whether a domain has this name, at whatever port. Raises Unresolvable when the table is not known."""
        is_known = self.domains.has_name(name) or (await self._may_be_new() and self.domains.has_name(name))
        if not is_known and not self.domains.is_loaded:
            raise Unresolvable
        return is_known

    async def _may_be_new(self) -> bool:
        """Read the table for a host that is not in it, unless that has just been done; whether it was read."""
        if asyncio.get_running_loop().time() - self._domains_read_at <= _DOMAINS_MIN_AGE:
            return False
        await self.refresh_domains()
        return True

    def domains_changed(self) -> None:
        """Read the domain table anew, without waiting for it: it has changed just now."""
        self._start(self._refresh_once_more())

    async def _refresh_once_more(self) -> None:
        flight = self._domain_flight
        if flight is not None and not flight.done():
            # It may have read before the change.
            await asyncio.shield(flight)
        await self.refresh_domains()

    async def refresh_domains(self) -> None:
        """Read the domain table anew; keeps the old one when nobody answers."""
        if self._domain_flight is None or self._domain_flight.done():
            self._domain_flight = asyncio.create_task(self._read_domains())
        await asyncio.shield(self._domain_flight)

    async def _read_domains(self) -> None:
        self._domains_read_at = asyncio.get_running_loop().time()
        try:
            rows = await self.reader.domains()
        except DatabaseUnavailable:
            if not self.domains.is_loaded:
                await self._read_kept_domains()
            return
        self._load(rows)
        self._start(self.store.put_domains(rows))

    async def _read_kept_domains(self) -> None:
        try:
            if rows := await self.store.get_domains():
                self._load(rows)
        except StoreUnavailable:
            logger.warning("domains_unknown reason=%s", "neither PostgreSQL nor Redis answers")

    def _load(self, rows: list[DomainRef]) -> None:
        if self.domains.load(rows):
            # Ready answers have hosts as their keys.
            self.cache.clear()

    async def resolve(self, domain: DomainRef, code: str) -> Snapshot | None:
        """The link at this place, whatever its state; None when there is none. Raises Unresolvable."""
        return await self._resolve((domain.id, code))

    async def preload(self, places: Iterable[Place]) -> None:
        """Look up the links at `places` that are not in the process cache, all together, as their first visitors would;
        what neither Redis nor PostgreSQL says is left to these."""
        missing = [place for place in places if not self._is_ready(place)]
        for result in await asyncio.gather(*map(self._resolve, missing), return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, Unresolvable):
                raise result

    def wanted(self, place: Place) -> None:
        """Preload one link without waiting for it."""
        self._start(self.preload([place]))

    def _is_ready(self, place: Place) -> bool:
        """Whether the link needs no look-up: because it is ready, or because its domain is not served here."""
        return all(key in self.cache.entries for key in self.domains.cache_keys(*place))

    async def _resolve(self, place: Place) -> Snapshot | None:
        if (known := self.known(place)) is not None:
            return known.snapshot
        return await asyncio.shield(self.flight(place))

    def known(self, place: Place) -> ColdEntry | None:
        """What is remembered of a place that leads nowhere, or not without asking."""
        cold = self.cache.get_cold(place, time_ns())
        if cold is not None:
            self.cache.counters.negative_hits += 1
        return cold

    def flight(self, place: Place) -> "asyncio.Task[Snapshot | None]":
        """The look-up of a place, which all who miss it share; to be shielded. It ends as `resolve` does."""
        flight = self._flights.get(place)
        if flight is None:
            flight = self._flights[place] = asyncio.create_task(self._look_up(*place))
            flight.add_done_callback(lambda _: self._flights.pop(place, None))
        return flight

    async def _look_up(self, domain_id: int, code: str) -> Snapshot | None:
        self.cache.counters.misses += 1
        known = await self._ask_store(domain_id, code)
        snapshot = known if isinstance(known, Snapshot) else None
        is_known = isinstance(known, Snapshot | Absent)
        if is_known and not self.cache.doubts_redis(time_ns()) and self._remember(domain_id, code, snapshot):
            return snapshot
        try:
            snapshot = await self._read(domain_id, code)
        except Unresolvable:
            # What may be old is better than nothing, unless a newer version has been heard of.
            if is_known and self._remember(domain_id, code, snapshot):
                return snapshot
            raise
        self.store.fill(domain_id, code, snapshot)
        oldest_allowed = known.version if isinstance(known, Tombstone) else 0
        is_current = snapshot is None or snapshot.version >= oldest_allowed
        if is_current and not self._remember(domain_id, code, snapshot):
            # Changed between reading and remembering: what was read is out of date already.
            snapshot = await self._read(domain_id, code)
        return snapshot

    async def _ask_store(self, domain_id: int, code: str) -> Snapshot | Absent | Tombstone | None:
        try:
            known = await self.store.get(domain_id, code)
        except StoreUnavailable:
            return None
        if isinstance(known, Snapshot | Absent):
            self.cache.counters.redis_hits += 1
        else:
            self.cache.counters.redis_misses += 1
        return known

    async def _read(self, domain_id: int, code: str) -> Snapshot | None:
        self.cache.counters.database_look_ups += 1
        try:
            return await self.reader.find(domain_id, code)
        except DatabaseUnavailable as error:
            raise Unresolvable from error

    def _remember(self, domain_id: int, code: str, snapshot: Snapshot | None) -> bool:
        return self.cache.put(self.domains.cache_keys(domain_id, code), (domain_id, code), snapshot, time_ns())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` without waiting for it; Redis being away is its own matter."""
        task = asyncio.create_task(_ignoring_store(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _ignoring_store(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StoreUnavailable:
        # Counted and logged by the store; the entry is filled at the next miss.
        return
