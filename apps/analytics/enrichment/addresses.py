"""What is stored of a visitor's address."""

from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address


class AddressPolicy(StrEnum):
    FULL = "full"
    TRUNCATED = "truncated"
    NONE = "none"


@lru_cache(65_536)
def to_store(address: str, policy: AddressPolicy) -> str:
    """`address` in canonical form as `policy` allows: whole, its /24 (IPv4) or /48 (IPv6), or "".

    Text that is not an address gives "".
    """
    parsed = parse(address)
    if parsed is None or policy is AddressPolicy.NONE:
        return ""
    if policy is AddressPolicy.FULL:
        return str(parsed)
    kept_out = 8 if parsed.version == 4 else 80
    return str(type(parsed)(int(parsed) >> kept_out << kept_out))


@lru_cache(65_536)
def canonical(address: str) -> str:
    """`address` in one spelling, IPv4 written inside IPv6 as IPv4; "" if it is none."""
    parsed = parse(address)
    return "" if parsed is None else str(parsed)


def parse(address: str) -> IPv4Address | IPv6Address | None:
    """The address in `address`, without a zone; None if there is none."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed
