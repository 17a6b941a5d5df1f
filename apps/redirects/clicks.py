"""A click as the ordinary path sees it: from an ASGI scope to the spool's fields."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from apps.redirects.lookahead import ClientAddress
from apps.redirects.proxies import client_address_behind, peer_address
from apps.redirects.visits import Visitor

_WANTED = (b"user-agent", b"referer", b"accept-language", b"sec-purpose", b"purpose", b"x-forwarded-for")


class Clicked(Protocol):
    """What was clicked on: an entry of the cache, or what takes its place for an orphan click."""

    @property
    def click_head(self) -> bytes: ...

    @property
    def destination(self) -> bytes: ...


def read_visitor(scope: Mapping[str, Any]) -> Visitor:
    """The visitor whose request an ASGI scope describes."""
    peer = scope["client"][0] if scope["client"] else ""
    return _visitor(scope["method"], scope["headers"], scope["query_string"], peer_address(peer), client_address_behind(peer))


def _visitor(
    method: str, headers: Iterable[tuple[bytes, bytes]], query: bytes, address: bytes, client_address: ClientAddress | None
) -> Visitor:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _WANTED:
            # Several lines of one header mean the same as one with commas.
            found[name] = found[name] + b", " + value if name in found else value
    if client_address is not None and (forwarded := found.get(b"x-forwarded-for")):
        address = client_address(address, forwarded)
    purpose = found.get(b"sec-purpose") or found.get(b"purpose", b"")
    agent, referrer, language = (found.get(name, b"") for name in (b"user-agent", b"referer", b"accept-language"))
    return Visitor(method.encode(), address, agent, referrer, language, query, purpose)


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
    return _visitor(method, headers, query, address, client_address).click(entry.click_head, entry.destination)
