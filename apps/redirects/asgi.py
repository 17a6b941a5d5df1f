"""The ordinary path: every request that is not plainly hot passes here before it reaches Django."""

import contextlib
from time import time_ns
from urllib.parse import unquote

from apps.common.ratelimit.limits import Decision
from apps.links.codes import is_code
from apps.links.reserved import is_reserved
from apps.redirects.answers import UNCACHED, Application, Receive, Scope, Send, one_host, send_answer, send_measured, send_refusal
from apps.redirects.beside import BesideLinks, beside_in
from apps.redirects.clicks import read_visitor
from apps.redirects.decide import Outcome, decide, redirect_headers
from apps.redirects.domain_pages import PATHS as DOMAIN_PATHS
from apps.redirects.domain_pages import DomainPages
from apps.redirects.entries import HotEntry, entry_of
from apps.redirects.forwarding import is_forwardable
from apps.redirects.gates import WITH_FORM
from apps.redirects.hosts import DomainRef
from apps.redirects.kept_pages import KeptPages
from apps.redirects.metrics_page import PATH as METRICS_PATH
from apps.redirects.metrics_page import MetricsPage
from apps.redirects.redirector import Redirector
from apps.redirects.resolution import LOOKED_UP, RESOLUTION, SHORT_DOMAIN, Resolution
from apps.redirects.resolver import Unresolvable
from apps.redirects.visits import Visitor

_NOT_ALLOWED = [(b"allow", b"GET, HEAD"), UNCACHED]


def code_in(path: str) -> str | None:
    """The code that a path (percent-decoded once) names, or None when it is no short link."""
    code = path[1:]
    return code if path.startswith("/") and is_code(code) and not is_reserved(code) else None


def place_in(scope: Scope) -> tuple[str, bytes] | None:
    """The code that a request is for and what follows it in the path, as sent; None when it is for no short link."""
    if (code := code_in(scope["path"])) is not None:
        return code, b""
    first, slash, rest = scope.get("raw_path", b"")[1:].partition(b"/")
    if not slash or scope["method"] not in ("GET", "HEAD", "POST") or not is_forwardable(rest):
        return None
    if (code := code_in("/" + unquote(first.decode("latin-1")))) is None:
        return None
    return code, slash + rest


class RedirectApplication:
    """ASGI application that answers short links itself and leaves the rest to Django."""

    def __init__(self, django: Application, redirector: Redirector) -> None:
        self.django = django
        self.redirector = redirector
        self.beside = BesideLinks(django, redirector)
        self.kept_pages = redirector.misses.kept_pages = KeptPages(django)
        self.metrics_page = MetricsPage(redirector)
        self.domain_pages = DomainPages(django, resolver=redirector.resolver, orphans=redirector.orphans)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == METRICS_PATH:
            await self.metrics_page(scope, send)
        elif scope["type"] == "http" and scope["path"] in DOMAIN_PATHS:
            await self.domain_pages(scope, receive, send)
        elif scope["type"] == "http" and (beside := beside_in(scope["path"])) is not None:
            await self.beside(beside, scope, receive, send)
        elif scope["type"] == "http" and (place := place_in(scope)) is not None:
            await self._short_link(*place, scope, receive, send)
        else:
            await self._other(scope, receive, send)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is for no link: robots.txt, static files, and the site's own pages."""
        if scope["type"] == "http" and (host := one_host(scope["headers"])) is not None:
            # Without the table, and at hosts that it does not have, ALLOWED_HOSTS decides alone.
            with contextlib.suppress(Unresolvable):
                domain = await self.redirector.resolver.find_domain(host)
                scope[SHORT_DOMAIN] = domain.hostname if domain is not None else ""
        await self.django(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.redirector.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.redirector.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _short_link(self, code: str, rest: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        host = one_host(scope["headers"])
        if host is None:
            await send_measured(send, 400, [UNCACHED])
            return
        domain: DomainRef | None = None
        try:
            domain = await self.redirector.resolver.find_domain(host)
            if domain is None:
                await self.django(scope, receive, send)
                return
            if scope["method"] not in ("GET", "HEAD", "POST"):
                await send_measured(send, 405, _NOT_ALLOWED)
                return
            # Worked out once: the limits want the address, the click wants all of it.
            limits, visitor = self.redirector.limits, read_visitor(scope)
            if (refusal := await self._admit(domain, code, visitor, scope)) is None:
                outcome = await self._redirect(domain, code, rest, visitor, scope, send)
                refusal = await limits.admit_unknown(visitor.address) if outcome is Outcome.NOT_FOUND else None
            if refusal is not None:
                await send_refusal(send, refusal, scope["headers"])
                return
        except Unresolvable:
            self.redirector.unresolvable += 1
            outcome = Outcome.UNAVAILABLE
        hostname = domain.hostname if domain is not None else ""
        self.redirector.outcomes[outcome] += 1
        if scope["method"] == "POST" and outcome not in WITH_FORM and outcome is not Outcome.UNAVAILABLE:
            await send_measured(send, 405, _NOT_ALLOWED)
        elif outcome is not Outcome.REDIRECT and not await self.domain_pages.instead(outcome, hostname, scope, send):
            await self._page(outcome, code, hostname, rest, scope, receive, send)

    async def _admit(self, domain: DomainRef, code: str, visitor: Visitor, scope: Scope) -> Decision | None:
        """Whether the request may be looked into. Raises Unresolvable when it has been, in vain."""
        looked_up = scope.get(LOOKED_UP)
        if looked_up is Outcome.UNAVAILABLE:
            raise Unresolvable
        if looked_up is not None:
            return None
        is_cached = f"{domain.hostname}/{code}".encode() in self.redirector.cache.entries
        return await self.redirector.limits.admit(visitor.address, is_cached=is_cached)

    async def _page(self, outcome: Outcome, code: str, hostname: str, rest: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell why there is no redirect, or have Django do so."""
        # Of a path that leads nowhere the beginning is told; the rest may be anything.
        found = Resolution(outcome, f"{code}/…" if rest and outcome is Outcome.NOT_FOUND else code, hostname)
        if await self.kept_pages.answer(found, scope, send):
            return
        if rest:
            # The link's own page, wherever below it the visitor is.
            path = f"/{code}"
            scope.update(path=path, raw_path=path.encode())
        scope[RESOLUTION] = found
        await self.django(scope, receive, send)

    async def _redirect(self, domain: DomainRef, code: str, rest: bytes, visitor: Visitor, scope: Scope, send: Send) -> Outcome:
        """Redirect if the link says so; gives what was decided. A form (POST) is never redirected."""
        entry = self.redirector.cache.get(f"{domain.hostname}/{code}".encode(), time_ns())
        if entry is None:
            found = await self._look_up(domain, code, rest, scope)
            if isinstance(found, Outcome):
                return found
            entry, now = found
        else:
            self.redirector.cache.counters.hits += 1
            now = time_ns()
            if rest and not entry.takes_path:
                return Outcome.NOT_FOUND
            if now < entry.valid_from_ns:
                return Outcome.SCHEDULED
        if scope["method"] == "POST":
            return Outcome.REDIRECT
        destination = entry.location(visitor.visit(now, rest))
        if destination is None:
            return Outcome.NOT_FOUND
        self.redirector.spool.append(now, visitor.click(entry.click_head, destination))
        await send_answer(send, entry.status, redirect_headers(destination, entry.max_age(now)))
        return Outcome.REDIRECT

    async def _look_up(self, domain: DomainRef, code: str, rest: bytes, scope: Scope) -> tuple[HotEntry, int] | Outcome:
        """An entry for this request, and the instant at which it was decided that the visitor is sent on."""
        snapshot = await self.redirector.resolver.resolve(domain, code)
        if rest and (snapshot is None or not snapshot.forward_path):
            return Outcome.NOT_FOUND
        outcome = decide(snapshot, now := time_ns())
        if snapshot is None or outcome is not Outcome.REDIRECT:
            return outcome
        if snapshot.needs_asking:
            outcome, snapshot = await self.redirector.gates.ask(domain, code, snapshot, scope)
            if outcome is not Outcome.REDIRECT:
                return outcome
        return entry_of(snapshot, until_ns=now), now
