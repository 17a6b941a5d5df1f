"""Asking one redirector, as a visitor whose user agent is nobody's probe."""

import socket
import time
from dataclasses import dataclass

from faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Seen:
    status: int
    location: str


class Probe:
    """One connection to one port, opened again when the server has closed it."""

    def __init__(self, port: int, host: str, *, timeout: float = 5.0, headers: str = "") -> None:
        self._port, self._host, self._timeout, self._headers = port, host, timeout, headers
        self._socket: socket.socket | None = None

    def ask(self, code: str) -> Seen:
        """What a visitor of this code sees. Raises OSError when there is no answer."""
        self.send(code)
        return self.receive()

    def send(self, code: str) -> None:
        """Ask without waiting for the answer."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=self._timeout)
        self._socket.sendall(f"GET /{code} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: watcher\r\n{self._headers}\r\n".encode())

    def receive(self) -> Seen:
        """The answer to what was sent. Raises OSError."""
        assert self._socket is not None
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        missing = int(headers.get("content-length", 0)) - len(body)
        while missing > 0:
            missing -= len(self._more())
        if headers.get("connection", "") == "close":
            self.close()
        return Seen(int(status_line.split(" ", 2)[1]), headers.get("location", ""))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _more(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(65536)
        if not data:
            self.close()
            raise ConnectionResetError
        return data


def seconds_until_shown(stage: Stage, code: str, location: str, *, patience: float = 10.0) -> float:
    """Seconds until ten connections in a row are sent to `location`: several processes answer on the port."""
    began = time.monotonic()
    last_old = began
    while time.monotonic() - last_old < 0.3 and time.monotonic() - began < patience:
        probe = Probe(stage.port, stage.host)
        if probe.ask(code).location != location:
            last_old = time.monotonic()
        probe.close()
    return last_old - began
