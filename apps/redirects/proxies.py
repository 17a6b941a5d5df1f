"""The client's address of a click, in bytes: what both paths take from apps.common.http."""

from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings

from apps.common.http import TrustedProxies, client_address
from apps.redirects.lookahead import ClientAddress


@lru_cache(maxsize=1)
def _parse(words: tuple[str, ...]) -> TrustedProxies:
    return TrustedProxies.parse(words)


def _trusted() -> TrustedProxies:
    return _parse(tuple(settings.TRUSTED_PROXIES))


def peer_address(peer: str) -> bytes:
    """The address at the other end of a connection in canonical form; b"" for a Unix socket."""
    return client_address(peer=peer, forwarded_for=None, trusted=_trusted()).encode()


def client_address_behind(peer: str) -> ClientAddress | None:
    """How to read X-Forwarded-For from `peer`, or None when `peer` is no trusted proxy."""
    return _reader(peer, _trusted())


@lru_cache(maxsize=1024)
def _reader(peer: str, trusted: TrustedProxies) -> ClientAddress | None:
    try:
        address = ip_address(peer_address(peer).decode())
    except ValueError:
        return None
    if address not in trusted:
        return None

    def client_behind(_peer: bytes, forwarded_for: bytes) -> bytes:
        return client_address(peer=peer, forwarded_for=forwarded_for, trusted=trusted).encode()

    return client_behind
