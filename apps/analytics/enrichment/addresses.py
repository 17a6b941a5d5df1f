"""What is stored of a visitor's address."""

from enum import StrEnum
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

_MAPPED = bytes(10) + b"\xff\xff"


class AddressPolicy(StrEnum):
    FULL = "full"
    TRUNCATED = "truncated"
    NONE = "none"


class Address(NamedTuple):
    """An address in one spelling, and what is stored of it; both "" for text that is no address."""

    canonical: str
    stored: str


NO_ADDRESS = Address("", "")


@lru_cache(65_536)
def read(address: str, policy: AddressPolicy) -> Address:
    """`address` without its zone, IPv4 written inside IPv6 as IPv4.

    Stored is, as `policy` says, the whole, its /24 (IPv4) or /48 (IPv6), or nothing.
    """
    packed = _pack(address.partition("%")[0])
    if packed is None:
        return NO_ADDRESS
    family, kept = (AF_INET, 3) if len(packed) == 4 else (AF_INET6, 6)
    canonical = inet_ntop(family, packed)
    if policy is AddressPolicy.FULL:
        return Address(canonical, canonical)
    if policy is AddressPolicy.NONE:
        return Address(canonical, "")
    return Address(canonical, inet_ntop(family, packed[:kept] + bytes(len(packed) - kept)))


def _pack(text: str) -> bytes | None:
    # The C library's functions: `ipaddress` takes ten times as long, for each click.
    for family in (AF_INET, AF_INET6):
        try:
            packed = inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return packed[12:] if packed.startswith(_MAPPED) else packed
    return None
