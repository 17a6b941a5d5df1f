"""A MaxMind DB file that is read again when it changes, and never stops whoever asks it."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

import maxminddb
import structlog

from apps.common.visitors.metrics import ENRICHMENT_ERRORS

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
Record = Mapping[str, object]

CHECK_SECONDS = 10.0
_TRIAL_NETWORKS = 1000
_CACHED_ADDRESSES = 65_536
_LOOKUP_ERRORS = (maxminddb.InvalidDatabaseError, ValueError, TypeError, KeyError, OSError, RecursionError)


class MmdbFile(Generic[Answer]):
    """Answers made by `read` of the records of the file at `path`; `unknown` for all that cannot be told.

    Failures are counted under `part`. After a bad new file the last good one stays in use. One that
    does not refresh itself never makes a look-up wait for that: its owner calls `refresh`.
    """

    def __init__(self, path: Path, *, part: str, unknown: Answer, read: Callable[[Record], Answer], refreshes_itself: bool = True) -> None:
        self._path = path
        self._part = part
        self._unknown = unknown
        self._read = read
        self._refreshes_itself = refreshes_itself
        self._seen: tuple[int, int, int] | None = None
        self._next_check = 0.0
        # Look-up with its memory; both are replaced at once, because another thread may refresh.
        self._find: Callable[[str], Answer] | None = None

    def find(self, address: str) -> Answer:
        """What the file says of `address`. Never raises."""
        if self._refreshes_itself and time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_SECONDS
            self.refresh()
        find = self._find
        return find(address) if find and address else self._unknown

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
            for _network, record in islice(reader, _TRIAL_NETWORKS):
                if isinstance(record, dict):
                    self._read(record)
        except _LOOKUP_ERRORS as error:
            self._failed("corrupt", error)
            return
        self._find = lru_cache(_CACHED_ADDRESSES)(partial(self._look_up, reader))
        log.info("geoip_database_loaded", part=self._part, path=str(self._path))

    def _look_up(self, reader: maxminddb.Reader, address: str) -> Answer:
        try:
            record = reader.get(address)
            return self._read(record) if isinstance(record, dict) else self._unknown
        except _LOOKUP_ERRORS:
            ENRICHMENT_ERRORS[self._part, "lookup"] += 1
            return self._unknown

    def _failed(self, reason: str, error: Exception | None) -> None:
        ENRICHMENT_ERRORS[self._part, reason] += 1
        log.warning("geoip_database_unusable", part=self._part, path=str(self._path), reason=reason, error=str(error or ""))


def _open_copy(path: Path) -> maxminddb.Reader:
    """A reader over a private copy of the file at `path`.

    The reader maps the file into memory: one that is overwritten in place would kill the process
    with SIGBUS, so a copy without a name is mapped instead. Raises _LOOKUP_ERRORS.
    """
    with tempfile.NamedTemporaryFile(suffix=".mmdb") as copy:
        with path.open("rb") as original:
            shutil.copyfileobj(original, copy)
        copy.flush()
        return maxminddb.open_database(copy.name)
