"""The shipper: carries clicks from the spool to the bus.

At any moment it may be killed: a position moves only after the bus has confirmed, so frames are
repeated at most, and click ingest knows repetitions by producer and sequence.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from apps.events.bus import BusUnavailable, Producer
from apps.redirects.spool import ORPHAN_SUFFIX, SUFFIX
from apps.redirects.spool_files import Batch, SpoolFile

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.05
SYNC_SECONDS = 1.0
CONFIRM_SECONDS = 10.0
MAX_BACKOFF_SECONDS = 5.0
# How long the end may take when the bus does not answer (s).
END_SECONDS = 8.0


class AlreadyShipping(Exception):
    """Another shipper works on this directory."""


class ShipperCounters:
    """Numbers since the process began; `corrupt` is expected to stay 0."""

    def __init__(self) -> None:
        self.shipped = self.corrupt = self.retries = 0


class Shipper:
    """Works on one spool directory, alone: a lock file sees to that."""

    def __init__(self, directory: Path, producer: Producer) -> None:
        """Raises AlreadyShipping, or OSError when the directory cannot be used."""
        self.directory = directory
        self.producer = producer
        self.counters = ShipperCounters()
        self._files: dict[Path, SpoolFile] = {}
        self._synced_at = 0.0
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(directory / "shipper.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise AlreadyShipping(f"another shipper works in {directory}") from error

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Ship until told to stop, and then what is there; the rest waits for the next start."""
        backoff = IDLE_SECONDS
        while not should_stop():
            try:
                shipped = self.step()
            except (BusUnavailable, OSError) as error:
                # OSError: a position could not be kept, most likely for want of space.
                self.counters.retries += 1
                logger.warning("shipping_failed retry_in=%.2f error=%s", backoff, error)
                _sleep(backoff, should_stop)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)
                continue
            backoff = IDLE_SECONDS
            self._sync()
            if not shipped:
                time.sleep(IDLE_SECONDS)
        self._end()

    def _end(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        try:
            while time.monotonic() < deadline and self.step():
                pass
        except (BusUnavailable, OSError) as error:
            logger.warning("clicks_left_in_spool error=%s", error)

    def step(self) -> int:
        """Ship one batch of each producer's oldest file. Gives the number of frames dealt with.
        Raises BusUnavailable, after which the same frames come again."""
        batches: list[tuple[SpoolFile, Batch]] = []
        for file in self._oldest_files():
            batch = file.next_batch()
            if batch is None:
                self._finish(file)
                continue
            self.producer.publish(file.topic, batch.messages)
            batches.append((file, batch))
        if batches:
            self.producer.confirm(timeout=CONFIRM_SECONDS)
        for file, batch in batches:
            file.confirm(batch)
            self.counters.shipped += len(batch.messages)
            self._count_corrupt(file, len(batch.corrupt))
        return sum(len(batch.messages) + len(batch.corrupt) for _, batch in batches)

    def _finish(self, file: SpoolFile) -> None:
        rest = file.finish()
        if rest is not None:
            del self._files[file.path]
            self._count_corrupt(file, 1 if rest else 0)

    def _count_corrupt(self, file: SpoolFile, count: int) -> None:
        if count:
            self.counters.corrupt += count
            logger.error("corrupt_frames count=%d kept_in=%s", count, file.corrupt_path)

    def _oldest_files(self) -> list[SpoolFile]:
        """Of each producer the oldest file: a later one must wait, or its clicks would overtake."""
        oldest: dict[str, SpoolFile] = {}
        paths = (path for suffix in (SUFFIX, ORPHAN_SUFFIX) for path in self.directory.glob(f"*{suffix}"))
        for path in sorted(paths):
            file = self._files.get(path) or self._open(path)
            if file is not None:
                oldest.setdefault(file.producer, file)
        return list(oldest.values())

    def _open(self, path: Path) -> SpoolFile | None:
        try:
            file = self._files[path] = SpoolFile(path)
        except OSError as error:
            logger.error("spool_not_read path=%s error=%s", path, error)  # noqa: TRY400 - the reason is all
            return None
        return file

    def _sync(self) -> None:
        if time.monotonic() - self._synced_at < SYNC_SECONDS:
            return
        self._synced_at = time.monotonic()
        for file in self._files.values():
            file.sync()

    def close(self) -> None:
        """Release files, lock and bus."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        os.close(self._lock)
        self.producer.close()


def _sleep(seconds: float, should_stop: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not should_stop() and time.monotonic() < end:
        time.sleep(min(0.1, seconds))
