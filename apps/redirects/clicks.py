"""A click as the ordinary path sees it: from an ASGI scope to the spool's fields."""

from collections.abc import Iterable
from typing import Protocol

from apps.redirects.lookahead import ClientAddress

_WANTED = (b"user-agent", b"referer", b"accept-language", b"sec-purpose", b"purpose", b"x-forwarded-for")


class Clicked(Protocol):
    """What was clicked on: an entry of the cache, or what takes its place for an orphan click."""

    @property
    def click_head(self) -> bytes: ...

    @property
    def destination(self) -> bytes: ...


def click_fields(
    entry: Clicked,
    *,
    method: str,
    headers: Iterable[tuple[bytes, bytes]],
    query: bytes,
    address: bytes,
    client_address: ClientAddress | None,
) -> bytes:
    """The fields of a click, as `frames.FIELDS` names them. `address` is the peer's."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _WANTED:
            # Several lines of one header mean the same as one with commas.
            found[name] = found[name] + b", " + value if name in found else value
    if client_address is not None and (forwarded := found.get(b"x-forwarded-for")):
        address = client_address(address, forwarded)
    purpose = found.get(b"sec-purpose") or found.get(b"purpose", b"")
    visitor = (found.get(b"user-agent", b""), found.get(b"referer", b""), found.get(b"accept-language", b""), query, purpose)
    return b"\0".join((entry.click_head, entry.destination, method.encode(), address, *visitor))
