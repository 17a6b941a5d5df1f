"""The product's own processes of a stage: redirectors on one port, and those that carry clicks and events."""

import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from shortener_project.embedded.commands import Command, Process, spawn

ROOT = Path(__file__).resolve().parents[1]
_STARTS_WITHIN = 120.0
_BACKLOG = 4096


def manage(environment: Mapping[str, str], log: Path, *arguments: str, descriptors: Sequence[int] = ()) -> Process:
    """A management command in a process of its own, its output at the end of `log`. It ends with this
    process, whatever becomes of it; for the main thread."""
    program = [sys.executable, str(ROOT / "manage.py"), *arguments]
    with log.open("ab") as output:
        return spawn(Command(program, environment=environment, directory=ROOT, descriptors=descriptors), output)


def play_part(environment: Mapping[str, str], log: Path, name: str, *arguments: str) -> Process:
    """A module of the faults in a process of its own, in the way of `manage`."""
    program = [sys.executable, "-m", name, *arguments]
    with log.open("ab") as output:
        return spawn(Command(program, environment=environment, directory=ROOT), output)


class Redirector:
    """One redirector process: on a listening socket that it is given, or on one that it binds itself,
    as others do on the same port."""

    def __init__(self, environment: Mapping[str, str], log: Path, place: socket.socket | int, *, with_site: bool = False) -> None:
        self._environment, self._log, self._place = environment, log, place
        self.port: int = place if isinstance(place, int) else place.getsockname()[1]
        self._options = ["--site"] if with_site else []
        self.start()

    def start(self) -> None:
        descriptors = [] if isinstance(self._place, int) else [self._place.fileno()]
        where = ["--fd", str(descriptors[0])] if descriptors else ["--bind", f"127.0.0.1:{self.port}"]
        self.process = manage(self._environment, self._log, "redirector", *self._options, *where, descriptors=descriptors)

    def await_start(self) -> None:
        """Return when this very process answers. Raises TimeoutError."""
        deadline = time.monotonic() + _STARTS_WITHIN
        process = psutil.Process(self.process.pid)
        # Its spool is what it opens last before it listens.
        while not any(file.path.endswith(".spool") for file in process.open_files()):
            if time.monotonic() > deadline:
                raise TimeoutError("a redirector does not start")
            time.sleep(0.1)
        time.sleep(0.3)

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and wait; seconds until it had ended."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - began


def listen(port: int = 0) -> socket.socket:
    """A listening socket for one redirector or for several."""
    return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)


def await_port(port: int, path: str = "/") -> None:
    """Return when somebody answers there. Raises TimeoutError."""
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                if connection.recv(64):
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nobody answers at port {port}")
