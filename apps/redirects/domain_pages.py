"""What a short domain answers besides its links: its root, the apps that open its links, where
visitors go whom no link sends on, and whether a host is one of ours."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from django.conf import settings

from apps.links.hostnames import normalise
from apps.redirects.answers import UNCACHED, Application, Receive, Scope, Send, one_host, send_answer, send_measured
from apps.redirects.clicks import read_visitor
from apps.redirects.decide import Outcome, is_sendable, redirect_headers
from apps.redirects.hosts import DomainRef, normalise_host
from apps.redirects.internal import is_internal
from apps.redirects.orphans import OrphanClicks
from apps.redirects.resolver import Resolver, Unresolvable

ROOT = "/"
APPLE = "/.well-known/apple-app-site-association"
ANDROID = "/.well-known/assetlinks.json"
TLS_ASK = "/internal/tls-ask"
PATHS = frozenset({ROOT, APPLE, ANDROID, TLS_ASK})

_METHODS = ("GET", "HEAD")
# The companies ask seldom, but so that a change is known within the hour.
_FILE_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"public, max-age=3600"),
    (b"x-content-type-options", b"nosniff"),
]
# For these a domain may have a page of its owner's.
_OVER = frozenset({Outcome.EXPIRED, Outcome.EXHAUSTED})


class DomainPages:
    """One per process, in front of Django for the paths in PATHS, and behind every link that leads nowhere."""

    def __init__(self, django: Application, *, resolver: Resolver, orphans: OrphanClicks) -> None:
        self.django = django
        self.resolver = resolver
        self.orphans = orphans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of PATHS; what is not a short domain's goes to Django."""
        try:
            if scope["path"] == TLS_ASK:
                await self._tls_ask(scope, send)
                return
            host = one_host(scope["headers"])
            domain = await self.resolver.find_domain(host) if host is not None else None
        except Unresolvable:
            await send_measured(send, 503, [(b"retry-after", b"1"), UNCACHED])
            return
        is_root = scope["path"] == ROOT
        if domain is None or host is None or (is_root and _is_site(domain, host)):
            await self.django(scope, receive, send)
        elif scope["method"] not in _METHODS:
            await send_measured(send, 405, [(b"allow", b"GET, HEAD"), UNCACHED])
        elif is_root:
            self.orphans.record(domain, "", read_visitor(scope))
            await _send_on(send, domain.root_url if is_sendable(domain.root_url) else f"{settings.PUBLIC_URL}/")
        else:
            await _send_app_links(send, domain, is_apple=scope["path"] == APPLE)

    async def instead(self, outcome: Outcome, hostname: str, scope: Scope, send: Send) -> bool:
        """Whether the domain `hostname` has sent on a visitor whom no link does; otherwise
        there is a page to be shown. Keeps the click when there is no such link."""
        domain = self.resolver.domains.get(hostname)
        if domain is None:
            return False
        if outcome is Outcome.NOT_FOUND:
            self.orphans.record(domain, scope["path"][1:], read_visitor(scope))
            url = domain.not_found_url
        else:
            url = domain.expired_url if outcome in _OVER else ""
        if not is_sendable(url):
            return False
        await _send_on(send, url)
        return True

    async def _tls_ask(self, scope: Scope, send: Send) -> None:
        """A proxy that fetches certificates on demand asks `?domain=`: 200 for the host of a domain, else 404."""
        if not is_internal(scope) or scope["method"] not in _METHODS:
            await send_measured(send, 404, [UNCACHED])
            return
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("domain", [])
        name = normalise(asked[0], scheme="https") if len(asked) == 1 else None
        is_ours = name is not None and await self.resolver.has_name(name)
        await send_measured(send, 200 if is_ours else 404, [UNCACHED])


def _is_site(domain: DomainRef, raw_host: bytes) -> bool:
    """Whether the home page of the site is at this host, not the root of a short domain: it is the
    site's own, or only ALLOWED_HOSTS names it."""
    public = urlsplit(settings.PUBLIC_URL)
    return domain.hostname == normalise(public.netloc, scheme=public.scheme) or normalise_host(raw_host) != domain.hostname


async def _send_app_links(send: Send, domain: DomainRef, *, is_apple: bool) -> None:
    found = _apple(domain.apple_app_ids) if is_apple else _android(domain.android_apps)
    if not found:
        await send_measured(send, 404, [UNCACHED])
        return
    await send_measured(send, 200, _FILE_HEADERS, orjson.dumps(found))


def _apple(app_ids: list[str]) -> dict[str, Any] | None:
    if not app_ids:
        return None
    return {"applinks": {"details": [{"appIDs": app_ids, "components": [{"/": "*"}]}]}}


def _android(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {"namespace": "android_app", "package_name": app["package"], "sha256_cert_fingerprints": app["fingerprints"]},
        }
        for app in apps
    ]


async def _send_on(send: Send, url: str) -> None:
    await send_answer(send, 302, redirect_headers(url.encode("ascii")))
