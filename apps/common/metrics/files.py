"""The file in which a process keeps its figures, and what the files of all processes say.

A process holds a lock on its file for as long as it lives, so a file that nobody holds belongs to none,
whoever has its number by now. What such a process had counted is added to the sum of those that have
ended: sums over processes never shrink, and rates made from them are right.
"""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from apps.common.metrics.families import Family, Kind, summed

logger = logging.getLogger(__name__)

# Every process writes its figures this often (s).
WRITE_SECONDS = 5.0
_ENDED = "ended.total"
_LOCK = "lock"
# How long to wait for another who puts the files in order (s).
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """Of one process as of `written_at` (seconds since the epoch)."""

    role: str
    pid: int
    started_at: float
    written_at: float
    families: Sequence[Family]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the processes that live, and the counters of those that have ended."""

    processes: Sequence[ProcessFigures]
    ended: Sequence[Family]


class MetricsFile:
    """Of this process."""

    def __init__(self, directory: Path, role: str) -> None:
        self.path = directory / f"{role}-{os.getpid()}.json"
        self.role = role
        self.failures = 0
        self._started_at = time.time()
        self._fd = -1
        self._lock = threading.Lock()
        self._is_closed = False

    def write(self, families: Iterable[Family]) -> None:
        """Put `families` in the place of what was written before. Never raises: a failure is counted and logged."""
        found = ProcessFigures(self.role, os.getpid(), self._started_at, time.time(), list(families))
        try:
            with self._lock:
                # A thread may be late: after the end nothing is written.
                if not self._is_closed:
                    self._write(orjson.dumps(found))
        except OSError as error:
            if not self.failures:
                logger.warning("metrics_not_written path=%s error=%s", self.path, error)
            self.failures += 1

    def _write(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        fd = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o640)
        try:
            # Locked before it gets its name, so that nobody sees it without its process.
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with os.fdopen(os.dup(fd), "wb") as stream:
                stream.write(data)
            draft.replace(self.path)
        except OSError:
            os.close(fd)
            raise
        self._release()
        self._fd = fd

    def _release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """Remove the file; what was counted stays in the sum."""
        with self._lock:
            self._is_closed = True
            if self._fd < 0:
                return
            self._release()
        try:
            with _in_order(self.path.parent) as is_ours:
                if is_ours and _is_left_behind(self.path):
                    _retire(self.path)
        except OSError as error:
            logger.warning("metrics_not_removed path=%s error=%s", self.path, error)


def read_figures(directory: Path) -> Figures:
    """What all processes have written; files of processes that have ended are cleared away.

    Raises OSError when the directory cannot be read; one that is not there holds nothing.
    """
    if not directory.is_dir():
        return Figures([], [])
    with _in_order(directory) as is_ours:
        processes = []
        for path in sorted(directory.glob("*.json")):
            if is_ours and _is_left_behind(path):
                _retire(path)
            elif (found := _read(path)) is not None:
                processes.append(found)
        return Figures(processes, _ended(directory))


@contextlib.contextmanager
def _in_order(directory: Path) -> Generator[bool]:
    """Whether this caller, and no other meanwhile, may move figures to the sum of those that have ended."""
    fd = os.open(directory / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    try:
        yield _locked_within(fd, _PATIENCE)
    finally:
        os.close(fd)


def _locked_within(fd: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _is_left_behind(path: Path) -> bool:
    """Whether the process of the file has ended. A living one holds whatever is at `path`."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # Written anew since it was opened: its process lives.
        return os.fstat(fd).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(fd)


def _retire(path: Path) -> None:
    directory = path.parent
    if (last := _read(path)) is not None:
        draft = directory / f"{_ENDED}.new"
        draft.write_bytes(orjson.dumps(summed([*_ended(directory), *last.families])))
        draft.replace(directory / _ENDED)
    path.unlink()


def _ended(directory: Path) -> list[Family]:
    try:
        return [_family(row) for row in orjson.loads((directory / _ENDED).read_bytes())]
    except FileNotFoundError:
        return []
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        logger.warning("metrics_not_understood path=%s error=%r", directory / _ENDED, error)
        return []


def _read(path: Path) -> ProcessFigures | None:
    """None when there is nothing to be read, for instance because its process has just ended."""
    try:
        row = orjson.loads(path.read_bytes())
        families = [_family(family) for family in row["families"]]
        return ProcessFigures(str(row["role"]), int(row["pid"]), float(row["started_at"]), float(row["written_at"]), families)
    except FileNotFoundError:
        return None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        logger.warning("metrics_not_understood path=%s error=%r", path, error)
        return None


def _family(row: dict[str, Any]) -> Family:
    samples = [(dict(labels), float(value)) for labels, value in row["samples"]]
    return Family(str(row["name"]), Kind(row["kind"]), str(row["help"]), samples)
