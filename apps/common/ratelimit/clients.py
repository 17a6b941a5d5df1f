"""Whose bucket a request takes its tokens from."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64


@lru_cache(maxsize=8192)
def client_key(address: str) -> str:
    """The client that `address` (in canonical form, as apps.common.http gives it) stands for.

    One customer has a whole /64 of IPv6, so its addresses share a bucket. What is no address, such
    as the "" of a Unix socket, names nobody: the answer is "".
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> _NETWORK_BITS << _NETWORK_BITS)}/{_NETWORK_BITS}"
