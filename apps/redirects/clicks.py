"""A click as the ordinary path sees it: from an ASGI scope to the spool's fields."""

from collections.abc import Mapping
from typing import Any

from apps.redirects.proxies import client_address_behind, peer_address, peer_of
from apps.redirects.visits import Visitor

_WANTED = (b"user-agent", b"referer", b"accept-language", b"sec-purpose", b"purpose", b"x-forwarded-for")


def read_visitor(scope: Mapping[str, Any]) -> Visitor:
    """The visitor whose request an ASGI scope describes."""
    peer = peer_of(scope)
    address, client_address = peer_address(peer), client_address_behind(peer)
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _WANTED:
            # Several lines of one header mean the same as one with commas.
            found[name] = found[name] + b", " + value if name in found else value
    if client_address is not None and (forwarded := found.get(b"x-forwarded-for")):
        address = client_address(address, forwarded)
    purpose = found.get(b"sec-purpose") or found.get(b"purpose", b"")
    agent, referrer, language = (found.get(name, b"") for name in (b"user-agent", b"referer", b"accept-language"))
    return Visitor(scope["method"].encode(), address, agent, referrer, language, scope["query_string"], purpose)
