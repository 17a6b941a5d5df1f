"""Endpoints for this installation's own machines: proxies and monitoring, never visitors."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.common.http import Network
from apps.redirects.proxies import peer_address, peer_of

# What a proxy adds to a request that is not its own.
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"forwarded", b"via"})


def is_internal(scope: Mapping[str, Any]) -> bool:
    """Whether the request of an ASGI scope comes from one of INTERNAL_ADDRESSES itself, not through it."""
    if any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        address = ip_address(peer_address(peer_of(scope)).decode())
    except ValueError:
        return False
    return any(address.version == network.version and address in network for network in _networks(tuple(settings.INTERNAL_ADDRESSES)))


@lru_cache(maxsize=1)
def _networks(words: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(map(ip_network, words))
    except ValueError as error:
        raise ImproperlyConfigured(f"INTERNAL_ADDRESSES: expected addresses and networks such as 127.0.0.1, 10.0.0.0/8; {error}") from None
