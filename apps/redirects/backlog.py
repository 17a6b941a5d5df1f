"""What the spool holds that is not on the bus yet, told by its files alone."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.common.metrics.families import Family, counter, gauge
from apps.redirects.frames import FRAME_HEAD
from apps.redirects.shipper import ShipperCounters
from apps.redirects.spool import ORPHAN_SUFFIX, SUFFIX
from apps.redirects.spool_files import confirmed_position

_KINDS = {"clicks": SUFFIX, "orphan_clicks": ORPHAN_SUFFIX}


@dataclass(frozen=True, slots=True)
class Backlog:
    """Bytes that wait, and since when the oldest click does (nanoseconds since the epoch; 0: none waits)."""

    waiting: int
    oldest_ns: int


def backlog_of(directory: Path, suffix: str) -> Backlog:
    """Of the files with this suffix. Raises OSError when the directory cannot be read."""
    found = list(_waiting(directory, suffix))
    return Backlog(sum(size for size, _ in found), min((oldest for _, oldest in found), default=0))


def _waiting(directory: Path, suffix: str) -> Iterator[tuple[int, int]]:
    for path in directory.glob(f"*{suffix}"):
        try:
            position = confirmed_position(path)
            with path.open("rb") as file:
                waiting = os.fstat(file.fileno()).st_size - position
                head = os.pread(file.fileno(), FRAME_HEAD.size, position)
        except FileNotFoundError:
            # All of it has been shipped meanwhile.
            continue
        if waiting > 0:
            yield waiting, _written_at(path, head)


def _written_at(path: Path, head: bytes) -> int:
    """When the frame that begins with `head` was written; never before its file, whatever it says."""
    begun_at = int(path.stem.partition("-")[0])
    if len(head) < FRAME_HEAD.size:
        return begun_at
    written_at: int = FRAME_HEAD.unpack(head)[2]
    return min(max(begun_at, written_at), time.time_ns())


def shipper_families(counters: ShipperCounters, directory: Path) -> list[Family]:
    """Figures of one shipper process and of its spool. Raises OSError when the spool cannot be read."""
    now = time.time_ns()
    backlogs = {kind: backlog_of(directory, suffix) for kind, suffix in _KINDS.items()}
    waiting = {kind: backlog.waiting for kind, backlog in backlogs.items()}
    ages = {kind: (now - backlog.oldest_ns) / 1e9 if backlog.oldest_ns else 0.0 for kind, backlog in backlogs.items()}
    return [
        counter("clicks_shipped_total", "Clicks and orphan clicks that the bus has confirmed.", counters.shipped),
        counter("spool_corrupt_total", "Frames of the spool set aside because they are broken; expected to stay 0.", counters.corrupt),
        counter("shipping_retries_total", "Times that the bus, or the disk, did not take what was shipped.", counters.retries),
        gauge("spool_waiting_bytes", "Bytes of the spool that are not on the bus yet.", waiting, label="kind"),
        gauge("spool_oldest_seconds", "Age of the oldest click that is not on the bus yet; 0 when none waits.", ages, label="kind"),
    ]
