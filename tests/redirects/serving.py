"""Redirectors to test against: in a thread of the test process, or in a process of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.handlers.asgi import ASGIHandler
from django.db import connection

from apps.redirects.asgi import RedirectApplication
from apps.redirects.redirector import Redirector
from apps.redirects.server import bind, make_server

ROOT = Path(__file__).resolve().parents[2]
HOST = "sho.test"
_CHANGING = re.compile(
    rb"^date: [^\r]*\r\n|[0-9a-f]{32}|(?<=csrftoken=)\w+; expires=[^;]+|(?<=csrfmiddlewaretoken\" value=\")\w+", re.MULTILINE
)


def listen() -> tuple[socket.socket, int]:
    listener = bind("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    return listener, port


class Threaded:
    """A real server on a real socket, whose redirector a test can look into."""

    def __init__(self, *, bypass_hot_path: bool = False) -> None:
        self.redirector = Redirector()
        listener, self.port = listen()
        application = RedirectApplication(ASGIHandler(), self.redirector)
        self.server = make_server(application, self.redirector, bypass_hot_path=bypass_hot_path)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        wait_for(lambda: self.server.started and self.redirector.cache.hears_changes, "the server to start")

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(15)
        assert not self._thread.is_alive()


@contextmanager
def threaded(*, bypass_hot_path: bool = False) -> Iterator[Threaded]:
    server = Threaded(bypass_hot_path=bypass_hot_path)
    try:
        yield server
    finally:
        server.stop()


def wait_for(condition: Any, what: str, *, timeout: float = 10) -> None:
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"waited {timeout} s for {what}"
        time.sleep(0.01)


def environment(spool: Path, redis_url: str) -> dict[str, str]:
    """For commands in processes of their own, on the engines of this test."""
    database = connection.settings_dict
    credentials = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'] or 'x', safe='')}"
    where = quote(database["HOST"], safe="") + (f":{database['PORT']}" if database["PORT"] else "")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shortener_project.settings.test",
        "DATABASE_URL": f"postgres://{credentials}@{where}/{database['NAME']}",
        "REDIS_URL": redis_url,
        "SPOOL_DIR": str(spool),
        "VAR_DIR": str(spool.parent),
        "ALLOWED_HOSTS": HOST,
    }


def command(env: dict[str, str], *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """A management command in a process of its own."""
    return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, **options)


@contextmanager
def own_process(env: dict[str, str]) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A redirector in a process of its own: its port and the process."""
    listener, port = listen()
    with listener:
        process = command(env, "redirector", "--fd", str(listener.fileno()), pass_fds=[listener.fileno()])
    try:
        yield port, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(15)


def get(port: int, path: str, *, host: str = HOST, headers: str = "") -> bytes:
    """The whole answer to one plain request on a connection of its own."""
    # Long, for busy machines: the server closes when it has answered.
    return exchange(port, [f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n".encode()], quiet=15.0)


def status(answer: bytes) -> int:
    """The status code of one answer."""
    return int(answer.split(b" ", 2)[1])


def status_of(port: int, path: str, *, host: str = HOST) -> int:
    """The status code of the answer to one plain request."""
    return status(get(port, path, host=host))


def exchange(port: int, chunks: Iterable[bytes], *, then: bytes = b"", pause: float = 0.004, quiet: float = 1.0) -> bytes:
    """All that a server says to `chunks`, sent apart, and after its first words to `then`.

    Ends when the server closes, or after it was silent for `quiet` seconds.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=quiet) as connection_:
        connection_.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = b""
        try:
            for number, chunk in enumerate(chunks):
                if number:
                    time.sleep(pause)
                connection_.sendall(chunk)
            if then:
                answer += connection_.recv(65536)
                connection_.sendall(then)
            while data := connection_.recv(65536):
                answer += data
        except (TimeoutError, ConnectionError):
            pass
        return answer


def comparable(answer: bytes) -> bytes:
    """`answer` without date, request id, and what guards forms."""
    return _CHANGING.sub(b"", answer)
