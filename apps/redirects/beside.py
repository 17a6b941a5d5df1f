"""What stands beside a short link: its preview (`/code+`) and its QR code (`/code.qr`).

The link is looked up as for a redirect, under the same limits, so that nobody finds codes this way;
the page is Django's. Nobody is redirected and nothing is counted.
"""

import re
from time import time_ns

from apps.links.reserved import is_reserved
from apps.redirects.answers import Application, Receive, Scope, Send, one_host, send_refusal
from apps.redirects.decide import Outcome, decide
from apps.redirects.gates import GATED
from apps.redirects.hosts import DomainRef
from apps.redirects.proxies import client_of
from apps.redirects.redirector import Redirector
from apps.redirects.resolution import RESOLUTION, Resolution
from apps.redirects.resolver import Unresolvable

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
        host = one_host(scope["headers"])
        redirector, client = self.redirector, client_of(scope)
        domain: DomainRef | None = None
        try:
            domain = await redirector.resolver.find_domain(host) if host is not None else None
            if domain is not None:
                refusal = await redirector.limits.admit(client, is_cached=False)
                snapshot = await redirector.resolver.resolve(domain, code) if refusal is None else None
                if refusal is None and snapshot is None:
                    refusal = await redirector.limits.admit_unknown(client)
                if refusal is not None:
                    await send_refusal(send, refusal, scope["headers"])
                    return
                scope[RESOLUTION] = Resolution(decide(snapshot, time_ns()), code, domain.hostname)
                scope[GATED] = snapshot
        except Unresolvable:
            redirector.unresolvable += 1
            scope[RESOLUTION] = Resolution(Outcome.UNAVAILABLE, code, domain.hostname if domain is not None else "")
        await self.django(scope, receive, send)
