"""Where an address is: country, region and city from a MaxMind DB file or from the registries' allocations."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

import iptocc
import maxminddb
import structlog

from apps.common.visitors.metrics import ENRICHMENT_ERRORS

log = structlog.get_logger(__name__)

CHECK_SECONDS = 10.0
_TRIAL_NETWORKS = 1000
_CACHED_ADDRESSES = 65_536
_LOOKUP_ERRORS = (maxminddb.InvalidDatabaseError, ValueError, TypeError, KeyError, OSError, RecursionError)


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


class GeoIpFile:
    """A MaxMind DB file, read again when it changes; the last good one stays in use meanwhile."""

    def __init__(self, path: Path, *, refreshes_itself: bool = True) -> None:
        self._path = path
        self._refreshes_itself = refreshes_itself
        self._seen: tuple[int, int, int] | None = None
        self._next_check = 0.0
        # Look-up with its memory; both are replaced at once, because another thread may refresh.
        self._find: Callable[[str], Place] | None = None

    def locate(self, address: str) -> Place:
        if self._refreshes_itself and time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_SECONDS
            self.refresh()
        find = self._find
        return find(address) if find and address else UNKNOWN

    def refresh(self) -> None:
        """Read the file again if it has changed, which may take long. Never raises."""
        try:
            stat = self._path.stat()
        except OSError as error:
            self._failed("missing", error)
            return
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if seen == self._seen:
            return
        self._seen = seen
        if stat.st_size == 0:
            self._failed("empty", None)
            return
        try:
            reader = _open_copy(self._path)
        except _LOOKUP_ERRORS as error:
            self._failed("corrupt", error)
            return
        self._find = lru_cache(_CACHED_ADDRESSES)(partial(_find_place, reader))
        log.info("geoip_database_loaded", path=str(self._path))

    def _failed(self, reason: str, error: Exception | None) -> None:
        ENRICHMENT_ERRORS["geoip", reason] += 1
        log.warning("geoip_database_unusable", path=str(self._path), reason=reason, error=str(error or ""))


def _find_place(reader: maxminddb.Reader, address: str) -> Place:
    try:
        record = reader.get(address)
    except _LOOKUP_ERRORS:
        ENRICHMENT_ERRORS["geoip", "lookup"] += 1
        return UNKNOWN
    return _place(record) if isinstance(record, dict) else UNKNOWN


def _open_copy(path: Path) -> maxminddb.Reader:
    """A reader over a private copy of the file at `path`, tried on its first networks.

    The reader maps the file into memory: one that is overwritten in place would kill the process
    with SIGBUS, so a copy without a name is mapped instead. Raises _LOOKUP_ERRORS.
    """
    with tempfile.NamedTemporaryFile(suffix=".mmdb") as copy:
        with path.open("rb") as original:
            shutil.copyfileobj(original, copy)
        copy.flush()
        reader = maxminddb.open_database(copy.name)
    for _network, record in islice(reader, _TRIAL_NETWORKS):
        if isinstance(record, dict):
            _place(record)
    return reader


def _place(record: Mapping[str, object]) -> Place:
    country = _iso(_child(record, "country")) or _flat_iso(record)
    subdivisions = record.get("subdivisions")
    region = _name(subdivisions[0]) if isinstance(subdivisions, list) and subdivisions else ""
    return Place(country, region, _name(record.get("city")))


def _child(record: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _iso(country: Mapping[str, object]) -> str:
    code = country.get("iso_code")
    return code if isinstance(code, str) and len(code) == 2 else ""


def _flat_iso(record: Mapping[str, object]) -> str:
    """Some free databases have the code at the top of the record."""
    code = record.get("country_code")
    return code if isinstance(code, str) and len(code) == 2 else ""


def _name(thing: object) -> str:
    names = thing.get("names") if isinstance(thing, dict) else None
    name = names.get("en") if isinstance(names, dict) else None
    return name[:100] if isinstance(name, str) else ""
