"""What one redirector process holds: cache, spool, resolver and the tasks that keep them current."""

import asyncio
import contextlib
import logging
import time
from functools import cache
from time import time_ns

from django.conf import settings

from apps.redirects import visits
from apps.redirects.cache import SECOND, LinkCache
from apps.redirects.click_budget import ClickBudget
from apps.redirects.gates import Gates
from apps.redirects.hosts import DomainTable
from apps.redirects.invalidation import InvalidationCounters
from apps.redirects.limits import RedirectLimits
from apps.redirects.lookahead import Lookahead
from apps.redirects.orphans import OrphanClicks
from apps.redirects.postgres import DatabaseUnavailable, LinkReader
from apps.redirects.resolver import DOMAINS_MAX_AGE, Resolver
from apps.redirects.spool import Spool
from apps.redirects.store import SnapshotStore
from apps.redirects.subscriber import ChangeSubscriber

logger = logging.getLogger(__name__)

# Wall clock against monotonic clock; a larger step empties the cache, whose times are wall times.
_CLOCK_STEP_NS = 2 * SECOND


class Redirector:
    """Built without touching anything outside the process; `start` and `stop` do that."""

    def __init__(self) -> None:
        self.cache = LinkCache(size=settings.LINK_CACHE_SIZE)
        self.spool = Spool(settings.SPOOL_DIR, file_bytes=settings.SPOOL_FILE_BYTES)
        self.orphans = OrphanClicks()
        self.limits = RedirectLimits()
        self.lookahead = Lookahead(self.cache, self.spool, self.limits.redirect.spend)
        self.domains = DomainTable()
        self.store = SnapshotStore()
        self.reader = LinkReader()
        self.budget = ClickBudget()
        self.gates = Gates(reader=self.reader, budget=self.budget)
        self.resolver = Resolver(cache=self.cache, domains=self.domains, store=self.store, reader=self.reader)
        self.subscriber = ChangeSubscriber(cache=self.cache, domains=self.domains, domains_changed=self.resolver.domains_changed)
        self.unresolvable = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the spool and begin to listen for changes. An engine that is away does not stop it."""
        try:
            self.spool.open()
        except OSError as error:
            # Redirects go on; each click tries again and is counted as dropped until it works.
            logger.error("spool_not_opened directory=%s error=%s", settings.SPOOL_DIR, error)  # noqa: TRY400 - the reason is all
        await self.reader.open()
        await self.budget.open()
        await self.resolver.refresh_domains()
        await self.limits.refresh(self.reader)
        await self._prepare_rules()
        self._tasks = [asyncio.create_task(self.subscriber.run()), asyncio.create_task(self._tick())]

    async def _prepare_rules(self) -> None:
        """Load what rules ask about before visitors wait for it; the first such rule does it otherwise."""
        try:
            if await self.reader.has_rules():
                await asyncio.to_thread(visits.load)
        except DatabaseUnavailable:
            logger.warning("rules_unknown reason=%s", "PostgreSQL does not answer")

    async def stop(self) -> None:
        """Release everything; the spool's file is left to the shipper."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.spool.close()
        self.orphans.close()
        await self.reader.close()
        await self.budget.close()
        await self.store.close()
        await self.limits.close()

    async def _tick(self) -> None:
        """Once a second: age out what only time can age."""
        clock_offset = time_ns() - time.monotonic_ns()
        refresh_at = time.monotonic() + DOMAINS_MAX_AGE
        while True:
            await asyncio.sleep(1)
            now = time_ns()
            self.cache.forget_heard(now)
            self.limits.tick(now)
            offset = now - time.monotonic_ns()
            if abs(offset - clock_offset) > _CLOCK_STEP_NS:
                logger.warning("clock_stepped seconds=%.1f", (offset - clock_offset) / SECOND)
                self.cache.clear()
                self.limits.clear()
            clock_offset = offset
            if time.monotonic() >= refresh_at:
                refresh_at = time.monotonic() + DOMAINS_MAX_AGE
                await self.resolver.refresh_domains()
                # A new GeoIP file may be large.
                await asyncio.to_thread(visits.places().refresh)
            await self.limits.refresh(self.reader)

    def counters(self) -> dict[str, int]:
        """Numbers since the process began, and the present state; names as in the metrics."""
        cache = self.cache.counters
        return {
            "cache_hits": cache.hits + self.lookahead.answered,
            "cache_misses": cache.misses,
            "cache_negative_hits": cache.negative_hits,
            "cache_evictions": cache.evictions,
            "cache_invalidations": cache.invalidations,
            "cache_stale_refusals": cache.stale_refusals,
            "cache_entries": len(self.cache.entries),
            "clicks_spooled": self.spool.sequence,
            "clicks_dropped": self.spool.dropped,
            "redis_failures": self.store.failures,
            "redis_breaker_opened": self.store.breaker.opened,
            "invalidation_failures": InvalidationCounters.failures,
            "database_queries": self.reader.queries,
            "database_failures": self.reader.failures,
            "limited_clicks_spent": self.budget.spent,
            "limited_clicks_refused": self.budget.refused,
            "limited_clicks_failures": self.budget.failures,
            "unresolvable": self.unresolvable,
            "subscriptions": self.subscriber.reconnects,
            **self.orphans.counters(),
            **self.limits.counters(),
        }


@cache
def get_redirector() -> Redirector:
    """The redirector of this process."""
    return Redirector()
