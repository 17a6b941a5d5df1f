"""The ordinary path: every request that is not plainly hot passes here before it reaches Django."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from time import time_ns
from typing import Any

from apps.common.ratelimit.limits import Decision
from apps.links.codes import is_code
from apps.links.reserved import is_reserved
from apps.redirects.cache import HotEntry
from apps.redirects.clicks import click_fields
from apps.redirects.decide import Outcome, decide, redirect_headers
from apps.redirects.domain_pages import PATHS as DOMAIN_PATHS
from apps.redirects.domain_pages import DomainPages
from apps.redirects.gates import WITH_FORM
from apps.redirects.hosts import DomainRef
from apps.redirects.limits import refusal_answer
from apps.redirects.proxies import client_address_behind, client_of, peer_address
from apps.redirects.redirector import Redirector
from apps.redirects.resolver import Unresolvable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# ASGI's own types are wider or narrower from one framework to the next.
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

RESOLUTION = "shortener.resolution"
_UNCACHED = (b"cache-control", b"private, no-store")
_EMPTY = (b"content-length", b"0")
_NOT_ALLOWED = [(b"allow", b"GET, HEAD"), _UNCACHED, _EMPTY]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Why a visitor is not sent on; the visitor's page tells it."""

    outcome: Outcome
    code: str
    hostname: str


def code_in(path: str) -> str | None:
    """The code that a path (percent-decoded once) names, or None when it is no short link."""
    code = path[1:]
    return code if path.startswith("/") and is_code(code) and not is_reserved(code) else None


class RedirectApplication:
    """ASGI application that answers short links itself and leaves the rest to Django."""

    def __init__(self, django: Application, redirector: Redirector) -> None:
        self.django = django
        self.redirector = redirector
        self.domain_pages = DomainPages(django, resolver=redirector.resolver, orphans=redirector.orphans)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and (code := code_in(scope["path"])) is not None:
            await self._short_link(code, scope, receive, send)
        elif scope["type"] == "http" and scope["path"] in DOMAIN_PATHS:
            await self.domain_pages(scope, receive, send)
        else:
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

    async def _short_link(self, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            await _send_empty(send, 400, [_UNCACHED, _EMPTY])
            return
        try:
            domain = await self.redirector.resolver.find_domain(hosts[0])
            if domain is None:
                await self.django(scope, receive, send)
                return
            if scope["method"] not in ("GET", "HEAD", "POST"):
                await _send_empty(send, 405, _NOT_ALLOWED)
                return
            limits, client = self.redirector.limits, client_of(scope)
            is_cached = f"{domain.hostname}/{code}".encode() in self.redirector.cache.entries
            if (refusal := await limits.admit(client, is_cached=is_cached)) is None:
                outcome = await self._redirect(domain, code, scope, send)
                refusal = await limits.admit_unknown(client) if outcome is Outcome.NOT_FOUND else None
            if refusal is not None:
                await _send_refusal(send, refusal, scope["headers"])
                return
        except Unresolvable:
            self.redirector.unresolvable += 1
            outcome, hostname = Outcome.UNAVAILABLE, ""
        else:
            hostname = domain.hostname
        if scope["method"] == "POST" and outcome not in WITH_FORM and outcome is not Outcome.UNAVAILABLE:
            await _send_empty(send, 405, _NOT_ALLOWED)
        elif outcome is not Outcome.REDIRECT and not await self.domain_pages.instead(outcome, hostname, scope, send):
            scope[RESOLUTION] = Resolution(outcome, code, hostname)
            await self.django(scope, receive, send)

    async def _redirect(self, domain: DomainRef, code: str, scope: Scope, send: Send) -> Outcome:
        """Redirect if the link says so; gives what was decided. A form (POST) is never redirected."""
        cache, key = self.redirector.cache, f"{domain.hostname}/{code}".encode()
        entry = cache.get(key, time_ns())
        if entry is None:
            snapshot = await self.redirector.resolver.resolve(domain, code)
            outcome = decide(snapshot, now := time_ns())
            if snapshot is None or outcome is not Outcome.REDIRECT:
                return outcome
            if snapshot.needs_asking:
                outcome, snapshot = await self.redirector.gates.ask(domain, code, snapshot, scope)
                if outcome is not Outcome.REDIRECT:
                    return outcome
            entry = HotEntry(snapshot, until_ns=now)
        else:
            cache.counters.hits += 1
            now = time_ns()
            if now < entry.valid_from_ns:
                return Outcome.SCHEDULED
        if scope["method"] == "POST":
            return Outcome.REDIRECT
        client = scope["client"]
        peer = client[0] if client else ""
        fields = click_fields(
            entry,
            method=scope["method"],
            headers=scope["headers"],
            query=scope["query_string"],
            address=peer_address(peer),
            client_address=client_address_behind(peer),
        )
        self.redirector.spool.append(now, fields)
        await _send_empty(send, 302, redirect_headers(entry.destination))
        return Outcome.REDIRECT


async def _send_refusal(send: Send, refusal: Decision, headers: Headers) -> None:
    """429: too many requests."""
    language = next((value for name, value in headers if name == b"accept-language"), b"").decode("latin-1")
    fields, body = refusal_answer(refusal, language)
    await send({"type": "http.response.start", "status": 429, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def _send_empty(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
