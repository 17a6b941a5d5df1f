"""The shipper's side of the spool: reading files that may still be written to."""

import contextlib
import fcntl
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.events.bus import Message
from apps.events.topics import Topic
from apps.redirects.click_events import orphan_message, to_message
from apps.redirects.frames import FILE_HEAD, FRAME_HEAD, MAGIC, MAX_LENGTH, CorruptFrame, find_frame, read_frame
from apps.redirects.spool import ORPHAN_SUFFIX

# Messages made of it take 30 times as much memory, for each file, and all the while that the bus is away.
_READ_BYTES = 512 * 1024
# A frame that looks broken is looked at again for this long: its writer may be at it (s).
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one file and the position behind them. `corrupt` holds byte ranges to set aside."""

    messages: Sequence[Message]
    position: int
    corrupt: Sequence[bytes]


def position_path(path: Path) -> Path:
    """Where it is kept how much of the file of the spool at `path` is on the bus."""
    return path.with_suffix(".position")


def confirmed_position(path: Path) -> int:
    """How much of the file of the spool at `path` is on the bus, its header included (bytes)."""
    try:
        return max(int(position_path(path).read_text(encoding="ascii")), FILE_HEAD.size)
    except (FileNotFoundError, ValueError):
        return FILE_HEAD.size


class SpoolFile:
    """One file of the spool, read from the position that was confirmed last."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file is gone."""
        self.path = path
        self.producer = path.stem.rpartition("-")[2]
        self.position_path = position_path(path)
        self.corrupt_path = path.with_suffix(".corrupt")
        self.topic = Topic.ORPHAN_CLICK if path.suffix == ORPHAN_SUFFIX else Topic.URL_REDIRECTED
        self._to_message = orphan_message if path.suffix == ORPHAN_SUFFIX else to_message
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._producer_id: int | None = None
        self._synced_to = 0
        self._doubtful: tuple[int, float] | None = None
        self.position = confirmed_position(path)

    def size(self) -> int:
        """Bytes in the file now."""
        return os.fstat(self._fd).st_size

    def next_batch(self) -> Batch | None:
        """Messages of the next whole frames, at most 512 KB of them; None when there are none."""
        if self.size() <= self.position or not self._has_head():
            return None
        data = os.pread(self._fd, _READ_BYTES, self.position)
        messages: list[Message] = []
        corrupt: list[bytes] = []
        offset = 0
        while True:
            try:
                frame = read_frame(data, offset)
            except CorruptFrame:
                skipped = self._skip(data, offset)
                if skipped is None:
                    break
                corrupt.append(data[offset:skipped])
                offset = skipped
                continue
            if frame is None:
                break
            try:
                messages.append(self._to_message(frame, self._producer_id or 0))
            except CorruptFrame:
                corrupt.append(data[offset : frame.end])
            offset = frame.end
        return Batch(messages, self.position + offset, corrupt) if offset else None

    def _has_head(self) -> bool:
        if self._producer_id is None:
            head = os.pread(self._fd, FILE_HEAD.size, 0)
            if len(head) < FILE_HEAD.size:
                return False
            magic, producer_id = FILE_HEAD.unpack(head)
            if magic != MAGIC:
                return False
            self._producer_id = producer_id
        return True

    def _skip(self, data: bytes, offset: int) -> int | None:
        """Where to go on behind a broken frame; None to look again later."""
        place = self.position + offset
        if self._doubtful is None or self._doubtful[0] != place:
            self._doubtful = place, time.monotonic()
        if time.monotonic() - self._doubtful[1] < _PATIENCE:
            return None
        found = find_frame(data, offset + 1)
        if found is None and offset == 0 and len(data) >= _READ_BYTES:
            # Nothing good in sight: leave what cannot be the beginning of a frame cut in two.
            found = len(data) - MAX_LENGTH - FRAME_HEAD.size
        return found

    def confirm(self, batch: Batch) -> None:
        """`batch` is on the bus: never read it again. Raises OSError."""
        if batch.corrupt:
            self._set_aside(b"".join(batch.corrupt))
        temporary = self.position_path.with_suffix(".position.new")
        temporary.write_text(str(batch.position), encoding="ascii")
        temporary.replace(self.position_path)
        self.position = batch.position

    def finish(self) -> int | None:
        """Remove the file if its writer is gone and all is shipped. Gives the number of bytes at its
        end that were no frame (set aside), or None when the file must stay. Raises OSError."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        # What was written between the last read and the writer's end.
        if self.next_batch() is not None or self._may_still_be_good():
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            return None
        rest = os.pread(self._fd, max(self.size() - self.position, 0), self.position)
        if rest:
            self._set_aside(rest)
        self.path.unlink()
        self.position_path.unlink(missing_ok=True)
        self.close()
        return len(rest)

    def _may_still_be_good(self) -> bool:
        return self._doubtful is not None and time.monotonic() - self._doubtful[1] < _PATIENCE

    def _set_aside(self, data: bytes) -> None:
        with self.corrupt_path.open("ab") as corrupt:
            corrupt.write(data)

    def sync(self) -> None:
        """Have the kernel put what was written on disk. Raises OSError."""
        if (size := self.size()) != self._synced_to:
            os.fdatasync(self._fd)
            self._synced_to = size

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._fd)
