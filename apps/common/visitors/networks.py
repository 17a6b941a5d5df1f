"""Whose network an address is in: the number and the name of its autonomous system."""

from pathlib import Path
from typing import NamedTuple, Protocol

from apps.common.visitors.mmdb import MmdbFile, Record

_LARGEST_NUMBER = 2**32 - 1
_MAX_NAME = 100


class Network(NamedTuple):
    """Number of an autonomous system, 0 if unknown, and the name of its holder, "" if unknown."""

    number: int
    name: str


UNKNOWN = Network(0, "")


class Networks(Protocol):
    def find(self, address: str) -> Network:
        """The network that `address` is in; UNKNOWN for anything that cannot be told. Never raises."""


class NoNetworks:
    """Without a database no network is known."""

    def find(self, address: str) -> Network:  # noqa: ARG002 - of the protocol
        return UNKNOWN


def open_networks(path: str) -> Networks:
    """The database of autonomous systems at `path`, a MaxMind DB file; none when it is ""."""
    return MmdbFile(Path(path), part="geoip_asn", unknown=UNKNOWN, read=_network) if path else NoNetworks()


def _network(record: Record) -> Network:
    number = record.get("autonomous_system_number")
    name = record.get("autonomous_system_organization")
    return Network(
        number if type(number) is int and 0 < number <= _LARGEST_NUMBER else 0,
        name[:_MAX_NAME] if isinstance(name, str) else "",
    )
