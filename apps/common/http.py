"""Whose request it is: the client's address behind the proxies that an installation trusts.

The redirect path uses this for every click, so addresses are compared as numbers and what was
parsed is remembered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from django.core.exceptions import ImproperlyConfigured

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# No set-up has as many proxies of its own in a row; a header that claims so is not followed further.
MAX_HOPS = 32
_IPV4_IN_IPV6_BITS = 96


@dataclass(frozen=True, slots=True)
class AddressRanges:
    """Who is meant by a setting such as TRUSTED_PROXIES, as (network, mask) numbers of each IP version."""

    ipv4: tuple[tuple[int, int], ...] = ()
    ipv6: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, words: Iterable[str], *, setting: str) -> "AddressRanges":
        """From addresses and networks such as `10.0.0.0/8`, `192.0.2.7` and `2001:db8::/32`.

        Raises ImproperlyConfigured, naming `setting`, for anything else.
        """
        ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for word in words:
            network = _network(word, setting)
            ranges[network.version].append((int(network.network_address), int(network.netmask)))
        return cls(ipv4=tuple(ranges[4]), ipv6=tuple(ranges[6]))

    def __contains__(self, address: Address) -> bool:
        number = int(address)
        return any(number & mask == network for network, mask in (self.ipv4 if address.version == 4 else self.ipv6))


def client_address(*, peer: str, forwarded_for: str | bytes | None, trusted: AddressRanges) -> str:
    """The address of the client in canonical form (IPv4 inside IPv6 is unfolded).

    `peer` is the other end of the connection, `forwarded_for` the value of `X-Forwarded-For` (several
    headers joined by commas, in their order). The header counts only when it comes from a trusted
    peer, and is read from the right: the first address that is not a trusted proxy is the client. When
    all are trusted the leftmost is; when a part is no address nobody can say, and the answer is the peer.
    """
    nearest = _parse(peer)
    if nearest is None:
        return peer
    if not forwarded_for or nearest not in trusted:
        return str(nearest)
    text = forwarded_for.decode("latin-1") if isinstance(forwarded_for, bytes) else forwarded_for
    return str(_rightmost_untrusted(text, trusted) or nearest)


def is_trusted(peer: str, trusted: AddressRanges) -> bool:
    """Whether what the other end of the connection says about the client is believed."""
    address = _parse(peer)
    return address is not None and address in trusted


def _rightmost_untrusted(forwarded_for: str, trusted: AddressRanges) -> Address | None:
    rest = forwarded_for
    for _ in range(MAX_HOPS):
        rest, comma, part = rest.rpartition(",")
        address = _parse(part)
        if address is None or not comma or address not in trusted:
            return address
    return None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    """The address in one part of the header, which may have brackets and a port; None for anything else."""
    try:
        address = ip_address(_without_port(text.strip(" \t")))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            address = IPv6Address(int(address))
        return address.ipv4_mapped or address
    return address


def _without_port(text: str) -> str:
    if text.startswith("["):
        host, bracket, tail = text[1:].partition("]")
        if not bracket or ":" not in host or (tail and not _is_port(tail)):
            raise ValueError("unbalanced brackets")
        return host
    host, colon, _port = text.partition(":")
    if colon and "." in host and _is_port(text[len(host) :]):
        return host
    return text


def _is_port(text: str) -> bool:
    digits = text[1:]
    return text[0] == ":" and digits.isascii() and digits.isdigit() and int(digits[:6]) <= 65_535


def _network(word: str, setting: str) -> Network:
    try:
        network = ip_network(word)
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting}: expected addresses and networks such as 10.0.0.0/8; {error}") from None
    if isinstance(network, IPv6Network) and network.prefixlen >= _IPV4_IN_IPV6_BITS and network.network_address.ipv4_mapped:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - _IPV4_IN_IPV6_BITS))
    return network
