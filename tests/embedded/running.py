"""Starting the small product in a process of its own, and looking at its processes."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from shortener_project.embedded.leftovers import notes_file
from tests.ports import free_port
from tests.product import OWN_VARIABLES, ROOT

ENGINES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


def environment(var_dir: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a product of its own, without the engines of this test run."""
    inherited = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES}
    return {**inherited, "VAR_DIR": str(var_dir), "PORT": str(port), "ENV_FILE": os.devnull, **more}


def await_true(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    """Return when `condition` holds; an assertion fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Small:
    """One run of tests/embedded/small_product.py."""

    def __init__(self, var_dir: Path, *engines: str, port: int | None = None, prefix: Sequence[str] = (), **more: str) -> None:
        """`prefix` is a program that starts it in another way; `more` are environment variables."""
        self.var_dir = var_dir
        self.port = port or free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tests.embedded.small_product", *engines],
            cwd=ROOT,
            env=environment(var_dir, self.port, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def await_ready(self) -> "Small":
        await_true(lambda: f"ready http://localhost:{self.port}" in self.lines or self.process.poll() is not None, seconds=60)
        assert self.process.poll() is None, "\n".join(self.lines)
        return self

    def await_line(self, text: str) -> None:
        await_true(lambda: any(text in line for line in self.lines))

    def page(self) -> int:
        """Process id of the site that answers."""
        with urllib.request.urlopen(f"http://localhost:{self.port}/", timeout=10) as answer:
            return int(answer.read())

    def family(self) -> list[psutil.Process]:
        """All processes below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def names(self) -> list[str]:
        """Names of these processes; those that end meanwhile are passed over."""
        names = []
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                names.append(process.name())
        return names

    def end(self, number: int = signal.SIGINT, *, seconds: float = 20) -> float:
        """Send a signal and wait for the end; returns the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(seconds)
        self._reader.join(5)
        return time.monotonic() - began

    def clean_up(self) -> None:
        if self.process.poll() is None:
            self.end()
        self._reader.join(5)
        if self.process.stdout:
            self.process.stdout.close()
        assert not notes_file(self.var_dir).exists() or self.process.returncode == -signal.SIGKILL

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


@contextmanager
def small_product(var_dir: Path, *engines: str, port: int | None = None, prefix: Sequence[str] = (), **more: str) -> Iterator[Small]:
    """A small product that is ready, ended with the block."""
    product = Small(var_dir, *engines, port=port, prefix=prefix, **more)
    try:
        yield product.await_ready()
    finally:
        product.clean_up()
