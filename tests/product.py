"""The whole product in processes of its own, as `make run` starts it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.folders import remove_traces
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
# What a test run has set for itself, and a product of its own must not inherit.
OWN_VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL", "SPOOL_DIR", "VAR_DIR", "PORT", "DJANGO_SETTINGS_MODULE")


class Product:
    """A running `manage.py up` in a folder of its own."""

    def __init__(self, var_dir: Path, *, port: int | None = None, environment: dict[str, str] | None = None) -> None:
        self.var_dir = var_dir
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.lines: list[str] = []
        inherited = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES}
        self.environment = {**inherited, "VAR_DIR": str(var_dir), "PORT": str(self.port), **(environment or {})}

    def start(self, *options: str, timeout: float = 90) -> float:
        """Start with `options` of `up` and wait for the line `ready …`; returns the seconds that it took."""
        began = time.monotonic()
        self.lines.clear()
        self.process = self.spawn("up", *options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        while not any(line.startswith(("ready http", "ready, without")) for line in self.lines):
            if self.process.poll() is not None or time.monotonic() - began > timeout:
                self.stop()
                raise AssertionError("the product did not start:\n" + "\n".join(self.lines[-60:]))
            time.sleep(0.05)
        return time.monotonic() - began

    def command(self, *arguments: str) -> list[str]:
        """The command line of a management command."""
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def spawn(self, *arguments: str) -> "subprocess.Popen[str]":
        """A management command of this product as a process, its output in `stdout`."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, timeout: float = 120) -> str:
        """Run a management command to its end; returns what it printed. It must succeed."""
        process = self.spawn(*arguments)
        output, _nothing = process.communicate(timeout=timeout)
        assert process.returncode == 0, output
        return output

    def processes(self, *words: str) -> list[psutil.Process]:
        """Live processes below the supervisor whose command line has all of `words`."""
        return [child for child in psutil.Process(self.process.pid).children(recursive=True) if set(words) <= _command_words(child)]

    def stop(self, *, timeout: float = 20) -> float:
        """End it as Ctrl-C does; returns the seconds that it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                for child in [*self.processes(), psutil.Process(self.process.pid)]:
                    child.kill()
                raise
        if self.process.stdout:
            self._reader.join(5)
            self.process.stdout.close()
        return time.monotonic() - began

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


def _command_words(process: psutil.Process) -> set[str]:
    """Words of its command line; none when it has ended, waited for or not."""
    try:
        return set(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return set()


@contextmanager
def running_product(var_dir: Path, **environment: str) -> Iterator[Product]:
    """A product that is ready, ended when the block ends."""
    product = Product(var_dir, environment=environment)
    product.start()
    try:
        yield product
    finally:
        product.stop()
        remove_traces(var_dir)
