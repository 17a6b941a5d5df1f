"""One log of many processes: lines with an aligned name, on the terminal and in a file."""

import logging
import logging.handlers
import os
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

from apps.common.logs import escape

OWN_NAME = "up"
_LONGEST_LINE = 16 * 1024
_FILE_BYTES = 20 * 1024 * 1024
_FILES = 5
# Lines that may wait for a terminal that was halted (Ctrl-S); what exceeds them is in the file only.
_WAITING_LINES = 10_000
_COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")


class LogMux:
    """Reads the outputs of processes, each in a thread of its own."""

    def __init__(self, file: Path, terminal: TextIO, *, width: int) -> None:
        """`width` is that of the longest name. Raises OSError when `file` cannot be written."""
        self._file = _File(file, maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8")
        self._terminal = _Terminal(terminal)
        self._width = width
        self._readers: list[threading.Thread] = []

    def attach(self, name: str, stream: IO[bytes], *, asides: Sequence[str] = ()) -> None:
        """Log the lines of `stream` under `name` until it ends; those with one of `asides` to the file only."""
        self._readers = [reader for reader in self._readers if reader.is_alive()]
        reader = threading.Thread(target=self._read, args=(name, stream, asides), name=f"log {name}", daemon=True)
        reader.start()
        self._readers.append(reader)

    def say(self, text: str) -> None:
        """Log a line of the supervisor's own."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._write(OWN_NAME, f"{now} {text}")

    def show(self, text: str) -> None:
        """Write `text` as it is, for people and for programs that wait for it."""
        self._file.write(text)
        self._terminal.write(text)

    def close(self) -> None:
        """Write what has been read."""
        for reader in self._readers:
            reader.join(1)
        self._terminal.close()
        self._file.close()

    def _read(self, name: str, stream: IO[bytes], asides: Sequence[str]) -> None:
        with stream:
            while line := stream.readline(_LONGEST_LINE):
                if text := line.decode(errors="replace").rstrip():
                    self._write(name, escape(text.expandtabs()), is_aside=any(aside in text for aside in asides))

    def _write(self, name: str, text: str, *, is_aside: bool = False) -> None:
        label = f"{name:<{self._width}} |"
        self._file.write(f"{label} {text}")
        if not is_aside:
            self._terminal.write(f"{self._terminal.coloured(label, name)} {text}")


class _File(logging.handlers.RotatingFileHandler):
    """A file that is begun anew when it is full."""

    def write(self, text: str) -> None:
        self.handle(logging.makeLogRecord({"msg": text}))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        """A full disk must not end the product: the terminal still has the line."""


class _Terminal:
    """Writes in a thread, so that a halted terminal halts no process."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_gone = False
        self._has_colours = stream.isatty()
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING_LINES)
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)
        self._thread.start()

    def coloured(self, text: str, name: str) -> str:
        """`text` in the colour of `name`."""
        return f"\x1b[{_COLOURS[sum(name.encode()) % len(_COLOURS)]}m{text}\x1b[0m" if self._has_colours else text

    def write(self, text: str) -> None:
        if not self._is_gone:
            with suppress(queue.Full):
                self._lines.put_nowait(text)

    def close(self) -> None:
        with suppress(queue.Full):
            self._lines.put(None, timeout=1)
            self._thread.join(1)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(f"{line}\n")
                if self._lines.empty():
                    self._stream.flush()
            except (OSError, ValueError):
                # Whoever read it has gone (`make run | head`); the file goes on.
                self._is_gone = True
                _silence(self._stream)
                return


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere: Python would complain of it at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
