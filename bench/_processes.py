"""Processes with a core of their own, and what they use."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parents[1]
SERVER_CORE, LOAD_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")


def require(*tools: str) -> None:
    """End the run, with a word how to go on, unless the tools and two cores are there."""
    if missing := [name for name in ("wrk", "taskset", *tools) if which(name) is None]:
        sys.exit(f"this benchmark needs {', '.join(missing)}: apt-get install nginx-light wrk util-linux")
    if (os.cpu_count() or 1) < 2:
        sys.exit("this benchmark needs two cores: one for the server, one for the load")


@contextmanager
def on_load_core() -> Iterator[None]:
    """This process, and all that it starts meanwhile, stay on the core of the load."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None, *, cores: str = str(SERVER_CORE)) -> Iterator[int]:
    """Run `command` on `cores` until the block ends; gives its process id."""
    process = subprocess.Popen(["taskset", "-c", cores, *command], cwd=ROOT, env=environment)  # noqa: S603, S607 - ours, looked for above
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def cpu_seconds(pid: int) -> float:
    """Processor time, user and system, of a process that runs, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mb(pid: int) -> dict[str, float]:
    """`Rss` and `Pss` of a process that runs, and the rest of smaps_rollup, in MB of 10^6 bytes."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) * 1024 / 1e6 for words in lines}
