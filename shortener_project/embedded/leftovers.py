"""What an earlier supervisor has left running because it was killed.

The supervisor notes its processes in VAR_DIR/run/processes.json: the id, and the time of creation, by
which a process that has got the same id later is told apart.
"""

import json
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from shortener_project.embedded.commands import Process

# Processes that were told to end have this long (s) before they are killed.
_GRACE = 9.0
# The clock that a time of creation is counted from may be set (s).
_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Note:
    """One process: `created` is its time of creation (s since 1970), `stop_signal` ends it in an orderly way."""

    name: str
    pid: int
    created: float
    stop_signal: int

    @classmethod
    def of(cls, name: str, process: Process, number: signal.Signals) -> "Note | None":
        """A note about a process of ours, or None when it has ended."""
        try:
            return cls(name, process.pid, psutil.Process(process.pid).create_time(), int(number))
        except psutil.NoSuchProcess:
            return None

    def find(self) -> psutil.Process | None:
        """The process, if it still runs."""
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.created) < _TOLERANCE and _is_alive(found):
                return found
        return None


def notes_file(var_dir: Path) -> Path:
    """Where the notes of `var_dir` are kept."""
    return var_dir / "run" / "processes.json"


def write_notes(file: Path, notes: Iterable[Note]) -> None:
    """Replace the notes, whole or not at all. Raises OSError."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps([asdict(note) for note in notes]), encoding="utf-8")
    draft.replace(file)


def end_leftovers(file: Path) -> list[str]:
    """End the processes noted in `file` that still run, and their children; returns their names.

    The caller holds the lock of VAR_DIR, so they belong to a supervisor that is no more.
    """
    running = [(note, process) for note in _read_notes(file) if (process := note.find())]
    family = []
    for note, process in running:
        with suppress(psutil.NoSuchProcess):
            family += [process, *process.children(recursive=True)]
            process.send_signal(note.stop_signal)
    for process in _wait(family):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(family)
    file.unlink(missing_ok=True)
    return [note.name for note, _process in running]


def _wait(processes: Sequence[psutil.Process]) -> Sequence[psutil.Process]:
    """Wait until all have ended or the grace is over; returns those that still run."""
    deadline = time.monotonic() + _GRACE
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def _is_alive(process: psutil.Process) -> bool:
    """Whether it still does anything: where nobody collects the dead (some containers) their entries stay."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _read_notes(file: Path) -> list[Note]:
    try:
        return [Note(**fields) for fields in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        # Not written by us; there is nothing to go by.
        return []
