"""Who is at work: ends statements whose client went away, and lets the others finish at the end."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shortener_project.embedded.clickhouse.connection import ClientConnection
from shortener_project.embedded.clickhouse.engine import Engine
from shortener_project.embedded.clickhouse.packets import Client, ProtocolError

# Seconds between two looks at the clients of running statements.
_INTERVAL = 0.25


class Watch:
    """All client connections of the server, and those of them that run a statement."""

    def __init__(self, engine: Engine) -> None:
        self.is_closing = False
        self._engine = engine
        self._open: set[ClientConnection] = set()
        self._running: set[ClientConnection] = set()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @contextmanager
    def connected(self, connection: ClientConnection) -> Iterator[None]:
        with self._changed:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(connection)
                self._changed.notify_all()

    @contextmanager
    def running(self, connection: ClientConnection) -> Iterator[None]:
        """While `connection` runs a statement. Raises ProtocolError when no more may begin."""
        with self._changed:
            if self.is_closing:
                raise ProtocolError
            self._running.add(connection)
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(connection)

    def close(self, *, grace: float) -> bool:
        """Let no statement begin, cancel those that only read, and wait up to `grace` seconds for the others.

        Returns whether all connections have ended.
        """
        with self._changed:
            self.is_closing = True
            for connection in self._open - self._running:
                _stop_reading(connection)
            readers = [connection for connection in self._running if connection.is_reading]
        for connection in readers:
            self._engine.kill(connection.tag)
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout=grace)

    def _look(self) -> None:
        while True:
            time.sleep(_INTERVAL)
            with self._changed:
                gone = [connection for connection in self._running if connection.peek() in {b"", bytes([Client.CANCEL])}]
            for connection in gone:
                self._engine.kill(connection.tag)


def _stop_reading(connection: ClientConnection) -> None:
    try:
        connection.stream.shutdown(socket.SHUT_RD)
    except OSError:
        return  # it has ended by itself
