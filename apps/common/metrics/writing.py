"""Writes the figures of a process that works in threads, for as long as it runs."""

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import structlog
from django.conf import settings

from apps.common.metrics.families import Family
from apps.common.metrics.files import WRITE_SECONDS, MetricsFile

log = structlog.get_logger(__name__)

# What is asked of engines may hang; the process does not wait longer for it at its end (s).
_GRACE_SECONDS = 2.0


class MetricsWriter:
    """A thread of its own, so that figures are told while the process waits for an engine as well."""

    def __init__(self, role: str, *, collect: Callable[[], Iterable[Family]]) -> None:
        self._role = role
        self._collect = collect
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Write the first time at once."""
        self._thread.start()

    def stop(self) -> None:
        """Write for the last time, and leave nothing behind but the sum."""
        self._stop.set()
        self._thread.join(_GRACE_SECONDS)

    def _run(self) -> None:
        file = MetricsFile(settings.METRICS_DIR, self._role)
        try:
            while True:
                is_last = self._stop.is_set()
                try:
                    file.write(self._collect())
                except Exception:
                    # Figures must not end with one that cannot be told; the age of the file shows it too.
                    log.exception("metrics_not_collected", role=self._role)
                if is_last:
                    return
                self._stop.wait(WRITE_SECONDS)
        finally:
            file.close()


@contextmanager
def metrics_written(role: str, *, collect: Callable[[], Iterable[Family]]) -> Generator[None]:
    """Keep the figures of this process current while the block runs."""
    writer = MetricsWriter(role, collect=collect)
    writer.start()
    try:
        yield
    finally:
        writer.stop()
