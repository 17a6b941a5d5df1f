"""Requests for links that the process cache does not hold: looked up and answered in the protocol class.

The ordinary path (a callback for each header, a scope, tasks, two sends) costs several times what the look-up
does, and while it runs, hot links wait. So a request that is hot but for its link is kept as it came; when the
look-up has ended it is answered like a hot one, or, when no link is there, with the page that is kept for that.
Whatever needs more than this goes the ordinary way then, with the same bytes.
"""

import asyncio
from collections import Counter
from functools import partial
from time import time_ns
from typing import NamedTuple, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from apps.links.codes import is_code
from apps.links.reserved import is_reserved
from apps.redirects.cache import LinkCache
from apps.redirects.decide import Outcome, decide, is_sendable
from apps.redirects.entries import entry_of
from apps.redirects.hosts import DomainRef
from apps.redirects.kept_pages import KeptPages
from apps.redirects.limits import RedirectLimits
from apps.redirects.lookahead import Lookahead, Miss
from apps.redirects.orphans import OrphanClicks
from apps.redirects.resolution import Resolution
from apps.redirects.resolver import Resolver, Unresolvable
from apps.redirects.snapshot import Snapshot


class Asker(Protocol):
    """The connection that a request came on."""

    peer: str

    @property
    def is_there(self) -> bool:
        """Whether the answer may be given here: the visitor has not gone."""

    def answered(self, answer: bytes | None, *, is_unresolvable: bool = False) -> None:
        """The look-up has ended. Without an answer the request goes the ordinary way; `is_unresolvable` says that
        nobody could tell where the link leads."""


class _Asked(NamedTuple):
    miss: Miss
    domain: DomainRef
    code: str
    asker: Asker


class Misses:
    """One per process."""

    def __init__(
        self, *, lookahead: Lookahead, cache: LinkCache, resolver: Resolver, limits: RedirectLimits, orphans: OrphanClicks
    ) -> None:
        self.lookahead = lookahead
        self.cache = cache
        self.resolver = resolver
        self.limits = limits
        self.orphans = orphans
        # Requests answered here, by what became of them.
        self.outcomes: Counter[Outcome] = Counter()
        # Of the application behind the server, which makes them.
        self.kept_pages: KeptPages | None = None

    def take(self, miss: Miss, asker: Asker) -> bool:
        """Whether the request is looked into here: a token of its client is gone then, and `asker` is told the
        answer, now or when the look-up has ended."""
        domain = self.resolver.domains.find(miss.host)
        code = miss.path[1:].decode("latin-1")
        if domain is None or not is_code(code) or is_reserved(code) or not self._may_pass(miss.visitor.address):
            return False
        asked, place = _Asked(miss, domain, code, asker), (domain.id, code)
        if (known := self.resolver.known(place)) is not None:
            asker.answered(self._answer(asked, known.snapshot))
        else:
            self.resolver.flight(place).add_done_callback(partial(self._landed, asked))
        return True

    def _may_pass(self, address: bytes) -> bool:
        return self.limits.unknown_code.refusal_of(address) is None and self.limits.redirect.spend(address, time_ns())

    def _landed(self, asked: _Asked, flight: "asyncio.Task[Snapshot | None]") -> None:
        asker = asked.asker
        error = asyncio.CancelledError() if flight.cancelled() else flight.exception()
        if error is not None:
            # What is a bug comes again on the ordinary path, and into the log.
            asker.answered(None, is_unresolvable=isinstance(error, Unresolvable))
        else:
            asker.answered(self._answer(asked, flight.result()) if asker.is_there else None)

    def _answer(self, asked: _Asked, snapshot: Snapshot | None) -> bytes | None:
        """What to send, or None when the ordinary path is to say it."""
        if snapshot is None:
            return self._not_found(asked)
        now = time_ns()
        if snapshot.needs_asking or decide(snapshot, now) is not Outcome.REDIRECT:
            return None
        self.outcomes[Outcome.REDIRECT] += 1
        miss = asked.miss
        entry = self.cache.get(miss.host + miss.path, now) or entry_of(snapshot, until_ns=now)
        return self.lookahead.send_on(entry, miss.visitor, now)

    def _not_found(self, asked: _Asked) -> bytes | None:
        miss, domain, code, asker = asked
        if self.kept_pages is None or is_sendable(domain.not_found_url):
            return None
        found = Resolution(Outcome.NOT_FOUND, code, domain.hostname)
        method = miss.visitor.method.decode()
        page = self.kept_pages.ready(found, method=method, headers=miss.headers(), peer=asker.peer)
        if page is None or not self.limits.unknown_code.spend(miss.visitor.address, time_ns()):
            return None
        self.outcomes[Outcome.NOT_FOUND] += 1
        self.orphans.record(domain, code, miss.visitor)
        status, headers, body = page
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        return STATUS_LINE[status] + self.lookahead.own_headers + head + b"\r\n" + (b"" if method == "HEAD" else body)
