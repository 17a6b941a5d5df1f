"""What stands beside a short link: its preview (`/code+`) and its QR code (`/code.qr`).

The link is looked up as for a redirect, under the same limits, so that nobody finds codes this way;
the page is Django's. Nobody is redirected and nothing is counted.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from time import time_ns
from typing import Any

from apps.links.reserved import is_reserved
from apps.redirects.decide import Outcome, decide
from apps.redirects.gates import GATED
from apps.redirects.limits import refusal_answer
from apps.redirects.proxies import client_of
from apps.redirects.redirector import Redirector
from apps.redirects.resolution import RESOLUTION, Resolution
from apps.redirects.resolver import Unresolvable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

_matches = re.compile(r"/([A-Za-z0-9_-]{1,64})(?:\+|\.qr)\Z").match


def beside_in(path: str) -> str | None:
    """The code of the link that a path (percent-decoded once) stands beside, or None."""
    match = _matches(path)
    return match[1] if match is not None and not is_reserved(match[1]) else None


class BesideLinks:
    """One per process, in front of Django."""

    def __init__(self, django: Application, redirector: Redirector) -> None:
        self.django = django
        self.redirector = redirector

    async def __call__(self, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the link up and have Django answer."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        redirector, client = self.redirector, client_of(scope)
        try:
            domain = await redirector.resolver.find_domain(hosts[0]) if len(hosts) == 1 else None
            if domain is not None:
                refusal = await redirector.limits.admit(client, is_cached=False)
                snapshot = await redirector.resolver.resolve(domain, code) if refusal is None else None
                if refusal is None and snapshot is None:
                    refusal = await redirector.limits.admit_unknown(client)
                if refusal is not None:
                    fields, body = refusal_answer(refusal, "")
                    await send({"type": "http.response.start", "status": 429, "headers": fields})
                    await send({"type": "http.response.body", "body": body})
                    return
                scope[RESOLUTION] = Resolution(decide(snapshot, time_ns()), code, domain.hostname)
                scope[GATED] = snapshot
        except Unresolvable:
            redirector.unresolvable += 1
            scope[RESOLUTION] = Resolution(Outcome.UNAVAILABLE, code, "")
        await self.django(scope, receive, send)
