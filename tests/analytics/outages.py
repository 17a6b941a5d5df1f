"""ClickHouse out of reach, in the ways in which it happens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_backend import driver
from django.db import connections


@contextmanager
def nobody_listens() -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with _elsewhere(port):
        yield


@contextmanager
def silence() -> Iterator[None]:
    """A server that takes connections and says nothing, as one that is stopped does."""
    with socket.create_server(("127.0.0.1", 0)) as listener, _elsewhere(listener.getsockname()[1]):
        yield


@contextmanager
def hanging_up() -> Iterator[None]:
    """A server that closes each connection after the first bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    stream, _address = listener.accept()
                except OSError:
                    return
                with stream:
                    stream.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with _elsewhere(listener.getsockname()[1]):
            yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def _elsewhere(port: int) -> Iterator[None]:
    """ClickHouse is looked for at another port."""
    wrapper = connections["clickhouse"]
    wrapper.ensure_connection()
    other = driver.connect(**{**wrapper.get_connection_params(), "port": port})
    wrapper.connection, kept = other, wrapper.connection
    try:
        yield
    finally:
        wrapper.connection = kept
        other.close()
