"""Pages for visitors that are not sent on, rendered once and kept: who scans codes costs no rendering.

Django renders a page for a code that stands for all; what is the visitor's own, the code and the
request's id, is put in at each answer. Whatever else makes a difference (the language, what a trusted
proxy says of the scheme) is part of the key; a request with a cookie is left to Django.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any

from apps.common.ids import uuid7
from apps.redirects.answers import Application, Headers, Scope, Send, send_answer
from apps.redirects.decide import Outcome
from apps.redirects.gates import WITH_FORM
from apps.redirects.languages import language_of
from apps.redirects.proxies import client_address_behind, peer_of
from apps.redirects.resolution import RESOLUTION, Resolution

Key = tuple[Outcome, str, bytes, bytes, str, str]
# Status, headers with the length among them, body.
Answer = tuple[int, Headers, bytes]

MAX_AGE = 60.0
SIZE = 256
# A code that nobody can have asked for, of the greatest length.
_ANY_CODE = f"any-code-{secrets.token_hex(20)}"
_OWN = {b"content-length", b"x-request-id"}
_PROXY_SCHEME = b"x-forwarded-proto"
_SCHEMES = {b"", b"http", b"https"}


@dataclass(frozen=True, slots=True)
class _Page:
    status: int
    headers: Headers
    # The body between the places of the code.
    parts: list[bytes]
    made_at: float

    def answer(self, code: str) -> Answer:
        body = code.encode().join(self.parts)
        own = [(b"content-length", b"%d" % len(body)), (b"x-request-id", uuid7().hex.encode())]
        return self.status, [*self.headers, *own], body


class KeptPages:
    """Of one process, on its event loop."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._pages: OrderedDict[Key, asyncio.Task[_Page]] = OrderedDict()

    async def answer(self, found: Resolution, scope: Scope, send: Send) -> bool:
        """Tell the visitor why there is no redirect; False when Django must see this very request."""
        key = _key(found, scope["method"], scope["headers"], peer_of(scope))
        if key is None:
            return False
        await send_answer(send, *(await self._page(key, scope)).answer(found.code))
        return True

    def ready(self, found: Resolution, *, method: str, headers: Iterable[tuple[bytes, bytes]], peer: str) -> Answer | None:
        """The same for a request with these `headers` (names in lower case) from `peer`; None when the page is not at hand."""
        key = _key(found, method, headers, peer)
        kept = self._pages.get(key) if key is not None else None
        return kept.result().answer(found.code) if kept is not None and kept.done() and _is_good(kept) else None

    async def _page(self, key: Key, scope: Scope) -> _Page:
        kept = self._pages.get(key)
        if kept is None or (kept.done() and not _is_good(kept)):
            if len(self._pages) >= SIZE:
                self._pages.popitem(last=False)
            kept = self._pages[key] = asyncio.create_task(self._render(key, scope))
        return await asyncio.shield(kept)

    async def _render(self, key: Key, scope: Scope) -> _Page:
        outcome, hostname, host, scheme, language, _peer = key
        headers = [(b"host", host), (b"accept-language", language.encode())]
        if scheme:
            headers.append((_PROXY_SCHEME, scheme))
        asked = dict(scope) | {"method": "GET", "path": f"/{_ANY_CODE}", "raw_path": f"/{_ANY_CODE}".encode(), "query_string": b""}
        asked |= {"headers": headers, RESOLUTION: Resolution(outcome, _ANY_CODE, hostname)}
        status, fields, body = 0, [], b""

        async def keep(message: Any) -> None:
            nonlocal status, fields, body
            if message["type"] == "http.response.start":
                status, fields = message["status"], message["headers"]
            else:
                body += message.get("body", b"")

        await self._django(asked, _empty_body(), keep)
        headers = [(name.lower(), value) for name, value in fields if name.lower() not in _OWN]
        return _Page(status, headers, body.split(_ANY_CODE.encode()), monotonic())


def _is_good(kept: asyncio.Task[_Page]) -> bool:
    """Whether the page was rendered, as it should be, and not long ago."""
    if kept.exception() is not None:
        return False
    page = kept.result()
    return page.status != HTTPStatus.INTERNAL_SERVER_ERROR and monotonic() - page.made_at < MAX_AGE


def _empty_body() -> Callable[[], Awaitable[dict[str, Any]]]:
    """The body of a GET, and after it nothing: the visitor stays."""
    told = False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if told:
            await asyncio.Event().wait()
        told = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


def _key(found: Resolution, method: str, headers: Iterable[tuple[bytes, bytes]], peer: str) -> Key | None:
    if found.outcome in WITH_FORM or method not in ("GET", "HEAD"):
        return None
    host = scheme = language = b""
    for name, value in headers:
        if name == b"cookie":
            return None
        if name == b"host":
            host = value
        elif name == _PROXY_SCHEME:
            scheme = value.lower()
        elif name == b"accept-language":
            language = value
    if scheme not in _SCHEMES:
        return None
    if client_address_behind(peer) is None:
        # Nobody whom Django would believe; the page is the same for all of them.
        peer, scheme = "", b""
    return found.outcome, found.hostname, host, scheme, language_of(language.decode("latin-1")), peer
