"""The proxy in front of an engine, tried on a server that says everything twice."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faults.proxy import Proxy


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data + data)

    threading.Thread(target=serve, daemon=True).start()
    made = Proxy(str(tmp_path / "s"))
    yield made
    made.close()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def connect(proxy: Proxy, *, timeout: float = 0.3) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout)


def test_bytes_pass_both_ways(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"ab")
        assert connection.recv(100) == b"abab"


def test_nothing_comes_back_from_a_black_hole(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        proxy.is_black_hole = True
        connection.sendall(b"ab")
        with pytest.raises(TimeoutError):
            connection.recv(100)


def test_what_is_held_comes_when_it_is_released(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        proxy.hold()
        connection.sendall(b"ab")
        with pytest.raises(TimeoutError):
            connection.recv(100)
        proxy.release()
        assert connection.recv(100) == b"abab"


def test_latency_delays_each_way(proxy: Proxy) -> None:
    with connect(proxy, timeout=2) as connection:
        proxy.latency = 0.1
        began = time.monotonic()
        connection.sendall(b"ab")
        connection.recv(100)
        assert time.monotonic() - began >= 0.2


def test_down_cuts_connections_and_up_takes_new_ones(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"ab")
        connection.recv(100)
        proxy.down()
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    proxy.up()
    with connect(proxy) as connection:
        connection.sendall(b"ab")
        assert connection.recv(100) == b"abab"
