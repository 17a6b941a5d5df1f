"""The client's address of a click, in bytes: what both paths take from apps.common.http."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.conf import settings

from apps.common.http import AddressRanges, client_address
from apps.redirects.lookahead import ClientAddress


@lru_cache(maxsize=1)
def _parse(words: tuple[str, ...]) -> AddressRanges:
    return AddressRanges.parse(words, setting="TRUSTED_PROXIES")


def _trusted() -> AddressRanges:
    return _parse(tuple(settings.TRUSTED_PROXIES))


def peer_address(peer: str) -> bytes:
    """The address at the other end of a connection in canonical form; b"" for a Unix socket."""
    return client_address(peer=peer, forwarded_for=None, trusted=_trusted()).encode()


def client_address_behind(peer: str) -> ClientAddress | None:
    """How to read X-Forwarded-For from `peer`, or None when `peer` is no trusted proxy."""
    return _reader(peer, _trusted())


@lru_cache(maxsize=1024)
def _reader(peer: str, trusted: AddressRanges) -> ClientAddress | None:
    try:
        address = ip_address(peer_address(peer).decode())
    except ValueError:
        return None
    if address not in trusted:
        return None

    def client_behind(_peer: bytes, forwarded_for: bytes) -> bytes:
        return client_address(peer=peer, forwarded_for=forwarded_for, trusted=trusted).encode()

    return client_behind


def peer_of(scope: Mapping[str, Any]) -> str:
    """Who is at the other end of the connection of an ASGI scope; "" for a Unix socket."""
    return scope["client"][0] if scope["client"] else ""


def client_of(scope: Mapping[str, Any]) -> bytes:
    """The address of the client whose request an ASGI scope describes; b"" for a Unix socket."""
    peer = peer_of(scope)
    address, behind = peer_address(peer), client_address_behind(peer)
    # Several lines of one header mean the same as one with commas.
    forwarded = b", ".join(value for name, value in scope["headers"] if name == b"x-forwarded-for") if behind is not None else b""
    return behind(address, forwarded) if behind is not None and forwarded else address
