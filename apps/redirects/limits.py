"""How many requests one client may make of short links, and the answer to those beyond.

Two limits: `redirect` for every request, `unknown_code` for codes that do not exist. Who has used up
the latter gets no answer about any code that this process does not hold in its cache, so that a
refusal tells no more about a code than about the next one.
"""

import time
from collections import Counter
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from apps.common.ratelimit.buckets import AsyncBuckets
from apps.common.ratelimit.leases import TokenLeases
from apps.common.ratelimit.limits import Decision, EndpointClass, RateLimit
from apps.common.ratelimit.local import LocalBuckets
from apps.common.ratelimit.table import get_table
from apps.redirects.languages import language_of
from apps.redirects.postgres import DatabaseUnavailable, LinkReader

# What the back office has set is in force after this time (s).
_REFRESH_SECONDS = 5.0

# Answered without Django: who is refused may ask thousands of times a second.
_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{static}icons/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{static}css/tokens.css">
<link rel="stylesheet" href="{static}css/base.css">
<link rel="stylesheet" href="{static}css/layout.css">
<body class="bare">
<main><div><h1>{title}</h1><p class="page-help">{text}</p></div></main>
</body>
</html>
"""
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
]

Headers = list[tuple[bytes, bytes]]


class RedirectLimits:
    """The limits of one redirector process."""

    def __init__(self) -> None:
        local = LocalBuckets()
        self.buckets = AsyncBuckets()
        self.redirect = TokenLeases(self.buckets, local=local, gives_credit=True)
        self.unknown_code = TokenLeases(self.buckets, local=local)
        # Requests refused, by class.
        self.refused: Counter[str] = Counter({EndpointClass.REDIRECT: 0, EndpointClass.UNKNOWN_CODE: 0})
        self._refresh_at = 0.0
        self._apply()

    def _apply(self) -> None:
        self.redirect.set_limit(get_table().of(EndpointClass.REDIRECT))
        self.unknown_code.set_limit(get_table().of(EndpointClass.UNKNOWN_CODE))

    async def admit(self, client: bytes, *, is_cached: bool) -> Decision | None:
        """Whether a request for a code may be looked into; None when it may, else the refusal.

        `client` is its address; `is_cached` says that the answer is known here already.
        """
        refusal = None if is_cached else self.unknown_code.refusal_of(client)
        return self._counted(refusal or await self.redirect.take(client))

    async def admit_unknown(self, client: bytes) -> Decision | None:
        """Whether a request whose code does not exist may be told so; None when it may, else the refusal."""
        return self._counted(await self.unknown_code.take(client))

    def _counted(self, refusal: Decision | None) -> Decision | None:
        if refusal is not None:
            self.refused[refusal.limit.name] += 1
        return refusal

    async def refresh(self, reader: LinkReader) -> None:
        """Read what the back office has set, if the last time is long enough ago; keeps the old when nobody answers."""
        if time.monotonic() < self._refresh_at:
            return
        self._refresh_at = time.monotonic() + _REFRESH_SECONDS
        try:
            rows = await reader.rate_limits()
        except DatabaseUnavailable:
            return
        get_table().override({name: RateLimit(name, *numbers) if numbers[0] else None for name, *numbers in rows})
        self._apply()

    def tick(self, now_ns: int) -> None:
        """Once a second: forget clients that have gone."""
        self.redirect.forget_ended(now_ns)
        self.unknown_code.forget_ended(now_ns)

    def clear(self) -> None:
        """Give up all tokens at hand, for instance because the clock was set."""
        self.redirect.clear()
        self.unknown_code.clear()

    async def close(self) -> None:
        """Release connections."""
        await self.buckets.close()


def refusal_answer(refusal: Decision, accept_language: str) -> tuple[Headers, bytes]:
    """Headers and body of a 429; what its fields mean stands at `Decision.headers`."""
    body = _page(language_of(accept_language))
    fields = [(name.lower().encode(), value.encode()) for name, value in refusal.headers().items()]
    return [*_HEADERS, *fields, (b"content-length", b"%d" % len(body))], body


@lru_cache(maxsize=32)
def _page(language: str) -> bytes:
    with translation.override(language):
        title = gettext("Too many requests")
        text = gettext("From your network links were asked for too often in a short time. Wait a moment and try again.")
    return _PAGE.format(language=language, title=escape(title), text=escape(text), static=escape(settings.STATIC_URL)).encode()
