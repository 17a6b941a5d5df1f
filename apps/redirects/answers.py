"""What the ASGI applications of this room share: their types, and answers that need no Django."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from apps.common.ratelimit.limits import Decision
from apps.redirects.limits import refusal_answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# ASGI's own types are wider or narrower from one framework to the next.
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

UNCACHED = (b"cache-control", b"private, no-store")


def one_host(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The Host header, if there is just one."""
    hosts = [value for name, value in headers if name == b"host"]
    return hosts[0] if len(hosts) == 1 else None


async def send_answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send `headers`, the length among them, and `body`."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_measured(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """The same with the length of `body` added."""
    await send_answer(send, status, [*headers, (b"content-length", b"%d" % len(body))], body)


async def send_refusal(send: Send, refusal: Decision, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """429: too many requests, in the language that the request's `headers` ask for."""
    language = next((value for name, value in headers if name == b"accept-language"), b"").decode("latin-1")
    fields, body = refusal_answer(refusal, language)
    await send_answer(send, 429, fields, body)
