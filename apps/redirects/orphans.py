"""Orphan clicks: hits on unknown codes and on the root of a short domain, for the domain's owner.

They go the way of clicks, spool, bus and ClickHouse, in files and on a topic of their own: what
counts clicks never meets them. A scan must not fill the disk, so only so many are kept a minute.
"""

from collections import Counter
from time import time_ns

from django.conf import settings

from apps.redirects.hosts import DomainRef
from apps.redirects.spool import ORPHAN_SUFFIX, Spool
from apps.redirects.visits import Visitor

# Longest path kept; longer ones are no slips of somebody who looks for a link.
PATH_LIMIT = 256
_MINUTE_NS = 60_000_000_000


class OrphanClicks:
    """Of one process; its spool begins with the first orphan."""

    def __init__(self) -> None:
        self.spool = Spool(settings.SPOOL_DIR, file_bytes=settings.SPOOL_FILE_BYTES, suffix=ORPHAN_SUFFIX)
        # Orphans that were not kept because there were too many.
        self.passed_over = 0
        self._window = 0
        self._by_domain: Counter[int] = Counter()
        # Grows only by orphans that are kept, so the domains' limits bound it.
        self._by_client: Counter[bytes] = Counter()

    def record(self, domain: DomainRef, path: str, visitor: Visitor) -> None:
        """Keep the hit of `visitor`; `path` is without its first slash. Never raises."""
        now = time_ns()
        if not self._admit(domain.id, visitor.address, now):
            self.passed_over += 1
            return
        # NUL ends a field of the spool.
        shown = path[:PATH_LIMIT].replace("\0", "\ufffd")
        head = "\0".join(map(str, (0, domain.id, domain.workspace_id, 0, 0, domain.hostname, shown))).encode()
        self.spool.append(now, visitor.click(head, b""))

    def _admit(self, domain_id: int, client: bytes, now_ns: int) -> bool:
        if (window := now_ns // _MINUTE_NS) != self._window:
            self._window = window
            self._by_domain.clear()
            self._by_client.clear()
        is_open = self._by_domain[domain_id] < settings.ORPHANS_PER_DOMAIN and self._by_client[client] < settings.ORPHANS_PER_CLIENT
        if is_open:
            self._by_domain[domain_id] += 1
            self._by_client[client] += 1
        return is_open

    def close(self) -> None:
        """End the present file; the shipper takes it over."""
        self.spool.close()
