"""Where an address is: country, region and city from a MaxMind DB file or from the registries' allocations."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

import iptocc

from apps.common.visitors.mmdb import MmdbFile, Record

_CACHED_ADDRESSES = 65_536


class Place(NamedTuple):
    """ISO 3166-1 alpha-2 country, and English names; "" is unknown."""

    country: str
    region: str
    city: str


UNKNOWN = Place("", "", "")


class Locator(Protocol):
    def locate(self, address: str) -> Place:
        """Where `address` is; UNKNOWN for anything that cannot be told. Never raises."""


def open_locator(path: str, *, refreshes_itself: bool = True) -> "GeoIpFile | Allocations":
    """The database at `path`, or the registries' allocations when it is "". One that does not refresh
    itself never makes a look-up wait for that: its owner calls `refresh`."""
    return GeoIpFile(Path(path), refreshes_itself=refreshes_itself) if path else Allocations()


class Allocations:
    """Countries to which the five regional registries have allocated addresses.

    Comes with a package, so an installation without a database still shows a map. It tells where
    the holder of a network is registered, which is right for about nineteen addresses in twenty.
    """

    def locate(self, address: str) -> Place:
        return _allocated(address)

    def refresh(self) -> None:
        """Nothing to do: they come with the code."""


@lru_cache(_CACHED_ADDRESSES)
def _allocated(address: str) -> Place:
    country = iptocc.country_code(address)
    return Place(country, "", "") if country else UNKNOWN


class GeoIpFile(MmdbFile[Place]):
    """A MaxMind DB file of countries or cities, read again when it changes; the last good one stays in
    use meanwhile."""

    def __init__(self, path: Path, *, refreshes_itself: bool = True) -> None:
        super().__init__(path, part="geoip", unknown=UNKNOWN, read=_place, refreshes_itself=refreshes_itself)

    def locate(self, address: str) -> Place:
        return self.find(address)


def _place(record: Record) -> Place:
    country = _iso(_child(record, "country")) or _flat_iso(record)
    subdivisions = record.get("subdivisions")
    region = _name(subdivisions[0]) if isinstance(subdivisions, list) and subdivisions else ""
    return Place(country, region, _name(record.get("city")))


def _child(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _iso(country: Record) -> str:
    code = country.get("iso_code")
    return code if isinstance(code, str) and len(code) == 2 else ""


def _flat_iso(record: Record) -> str:
    """Some free databases have the code at the top of the record."""
    code = record.get("country_code")
    return code if isinstance(code, str) and len(code) == 2 else ""


def _name(thing: object) -> str:
    names = thing.get("names") if isinstance(thing, dict) else None
    name = names.get("en") if isinstance(names, dict) else None
    return name[:100] if isinstance(name, str) else ""
