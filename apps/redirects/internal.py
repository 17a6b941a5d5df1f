"""Endpoints for this installation's own machines: proxies and monitoring, never visitors."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.conf import settings

from apps.common.http import AddressRanges
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
    return address in _parse(tuple(settings.INTERNAL_ADDRESSES))


@lru_cache(maxsize=1)
def _parse(words: tuple[str, ...]) -> AddressRanges:
    return AddressRanges.parse(words, setting="INTERNAL_ADDRESSES")
