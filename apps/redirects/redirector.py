"""What one redirector process holds: cache, spool, resolver and the tasks that keep them current."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from functools import cache
from time import time_ns

from django.conf import settings

from apps.common.metrics.files import WRITE_SECONDS, MetricsFile
from apps.redirects import metrics, visits
from apps.redirects.cache import SECOND, LinkCache
from apps.redirects.click_budget import ClickBudget
from apps.redirects.decide import Outcome
from apps.redirects.gates import Gates
from apps.redirects.hosts import DomainTable
from apps.redirects.limits import RedirectLimits
from apps.redirects.lookahead import Lookahead
from apps.redirects.misses import Misses
from apps.redirects.orphans import OrphanClicks
from apps.redirects.postgres import DatabaseUnavailable, LinkReader
from apps.redirects.preloading import preload
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
        self.misses = Misses(lookahead=self.lookahead, cache=self.cache, resolver=self.resolver, limits=self.limits, orphans=self.orphans)
        self.subscriber = ChangeSubscriber(
            cache=self.cache, domains=self.domains, domains_changed=self.resolver.domains_changed, wanted=self.resolver.wanted
        )
        self.unresolvable = 0
        # Requests for links that took the ordinary path, by what became of them.
        self.outcomes: Counter[Outcome] = Counter()
        self.metrics_file = MetricsFile(settings.METRICS_DIR, "redirector")
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the spool and begin to listen for changes. An engine that is away does not stop it."""
        try:
            self.spool.open()
        except OSError as error:
            # Redirects go on; each click tries again and is counted as dropped until it works.
            logger.error("spool_not_opened directory=%s error=%s", settings.SPOOL_DIR, error)  # noqa: TRY400 - the reason is all
        await self.reader.open()
        await self.resolver.refresh_domains()
        await self.limits.refresh(self.reader)
        await self._prepare_rules()
        self._tasks = [asyncio.create_task(self.subscriber.run()), asyncio.create_task(self._tick())]
        await preload(cache=self.cache, store=self.store, resolver=self.resolver)

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
        self.spool.flush()
        self.spool.close()
        self.orphans.close()
        await self.reader.close()
        await self.budget.close()
        await self.store.close()
        await self.limits.close()
        await self.write_metrics()
        await asyncio.to_thread(self.metrics_file.close)

    async def write_metrics(self) -> None:
        """Tell the present figures to whoever reads those of all processes."""
        await asyncio.to_thread(self.metrics_file.write, metrics.families_of(self))

    async def _tick(self) -> None:
        """Once a second: age out what only time can age."""
        clock_offset = time_ns() - time.monotonic_ns()
        refresh_at = time.monotonic() + DOMAINS_MAX_AGE
        write_at = 0.0
        while True:
            if time.monotonic() >= write_at:
                write_at = time.monotonic() + WRITE_SECONDS
                await self.write_metrics()
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
                await asyncio.to_thread(visits.refresh_places)
            await self.limits.refresh(self.reader)


@cache
def get_redirector() -> Redirector:
    """The redirector of this process."""
    return Redirector()
