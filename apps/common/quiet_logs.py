"""Keeping a library that repeats itself from filling the log."""

import logging
import time
from threading import Lock

_MINUTE = 60.0


class Seldom(logging.Filter):
    """Lets `per_minute` lines a minute through of `logger` and the loggers below it, and says with the first line
    of the next minute how many were held back. Other loggers are none of its business."""

    def __init__(self, *, logger: str, per_minute: int) -> None:
        super().__init__(logger)
        self._per_minute = per_minute
        self._lock = Lock()
        self._began = float("-inf")
        self._passed = self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if not super().filter(record):
            return True
        with self._lock:
            return self._may_pass(record)

    def _may_pass(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._began >= _MINUTE:
            if self._held_back:
                record.msg = f"{record.getMessage()} (and {self._held_back} lines held back)"
                record.args = ()
            self._began, self._passed, self._held_back = now, 0, 0
        if self._passed >= self._per_minute:
            self._held_back += 1
            return False
        self._passed += 1
        return True
