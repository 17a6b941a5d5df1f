"""The spool: the redirector's own log of clicks, written before the answer leaves.

One process writes one file at a time and holds a lock on it for as long as it writes; a file that
nobody holds is finished, whatever became of its writer. `write()` hands the bytes to the kernel,
so they outlive a killed process; the shipper syncs them to disk once a second.

Clicks of one turn of the event loop can be held and written together, before the answers of that
turn leave.
"""

import contextlib
import fcntl
import logging
import os
import secrets
import time
from pathlib import Path

from apps.redirects.frames import FILE_HEAD, MAGIC, cap_fields, encode_frame

# A name of this module is found faster than an attribute of another.
_write = os.write

logger = logging.getLogger(__name__)

SUFFIX = ".spool"
# Of files that hold orphan clicks, in the same frames.
ORPHAN_SUFFIX = ".orphans"
# Below this no value of a click can be over its limit worth cutting.
_PLAIN_LENGTH = 2048
# After a failure the next try to open a file waits this long (s).
_REOPEN_AFTER = 1.0


class Spool:
    """Writer of one process. Not for threads: the event loop alone appends."""

    def __init__(self, directory: Path, *, file_bytes: int, suffix: str = SUFFIX) -> None:
        self.directory = directory
        self.suffix = suffix
        self.file_bytes = file_bytes
        self.producer_id = secrets.randbits(64)
        self.sequence = 0
        self.dropped = 0
        self._fd = -1
        self._size = 0
        self._retry_at = 0.0
        self._held: list[bytes] = []

    def hold(self, time_ns: int, fields: bytes) -> None:
        """Take one click, which the next `flush` writes; no answer may leave before that."""
        if len(fields) > _PLAIN_LENGTH:
            fields = cap_fields(fields)
        held = self._held
        held.append(encode_frame(time_ns, self.sequence + len(held) + 1, fields))

    def flush(self) -> None:
        """Write the clicks held. Never raises: clicks that cannot be written are counted as dropped."""
        held = self._held
        if held:
            self._write(b"".join(held), len(held))
            held.clear()

    def append(self, time_ns: int, fields: bytes) -> None:
        """Write one click. Never raises: a click that cannot be written is counted as dropped."""
        if len(fields) > _PLAIN_LENGTH:
            fields = cap_fields(fields)
        if self._held:
            self.flush()
        self._write(encode_frame(time_ns, self.sequence + 1, fields), 1)

    def _write(self, frames: bytes, clicks: int) -> None:
        try:
            written = _write(self._fd, frames)
        except OSError as error:
            written = self._recover(frames, error)
        if written != len(frames):
            self._drop_torn(clicks)
            return
        self.sequence += clicks
        self._size += written
        if self._size >= self.file_bytes:
            self._rotate()

    def open(self) -> None:
        """Begin a new file. Raises OSError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"{time.time_ns():020d}-{self.producer_id:016x}{self.suffix}"
        hidden = path.with_suffix(".new")
        fd = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            # Locked before it gets its name, so that the shipper never sees it without its writer.
            fcntl.flock(fd, fcntl.LOCK_EX)
            written = os.write(fd, FILE_HEAD.pack(MAGIC, self.producer_id))
            # A header cut short (disk full) makes a file that the shipper sets aside.
            hidden.rename(path)
        except OSError:
            os.close(fd)
            with contextlib.suppress(OSError):
                hidden.unlink()
            raise
        self.close()
        self._fd, self._size = fd, written

    def close(self) -> None:
        """End the present file; the shipper takes it over."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _rotate(self) -> None:
        try:
            self.open()
        except OSError as error:
            # The old file goes on and the next click tries again.
            logger.warning("spool_not_rotated error=%s", error)

    def _recover(self, frames: bytes, error: OSError) -> int:
        """A write failed; when no file was open, open one and write again."""
        if self._fd >= 0:
            logger.error("spool_write_failed error=%s", error)
            return 0
        if time.monotonic() < self._retry_at:
            return 0
        try:
            self.open()
            return os.write(self._fd, frames)
        except OSError as failure:
            self._retry_at = time.monotonic() + _REOPEN_AFTER
            logger.error("spool_not_opened directory=%s error=%s", self.directory, failure)  # noqa: TRY400 - the reason is all
            return 0

    def _drop_torn(self, clicks: int) -> None:
        self.dropped += clicks
        if self._fd >= 0:
            try:
                os.ftruncate(self._fd, self._size)
            except OSError as error:
                logger.error("spool_not_truncated error=%s", error)  # noqa: TRY400 - the reason is all
                self.close()
