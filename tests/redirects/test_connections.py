"""Connections that keep the server waiting."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from apps.links.models import Link
from tests.redirects.serving import HOST, Threaded, exchange

REQUEST = f"GET /waiting HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def seconds_open(port: int, chunk: bytes) -> float:
    """How long the server keeps a connection that sends `chunk` and nothing more."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=8) as connection:
        connection.sendall(chunk)
        while connection.recv(4096):
            pass
    return time.monotonic() - began


def test_a_silent_connection_is_closed_after_the_keep_alive_time(server: Threaded, make_link: Callable[..., Link]) -> None:
    make_link(code="waiting")
    exchange(server.port, [REQUEST], quiet=0.2)
    server.server.config.timeout_keep_alive = 1
    chunks = [b"", b"GET /wait", b"\r\n", REQUEST, REQUEST + REQUEST]
    with ThreadPoolExecutor(len(chunks)) as pool:
        for chunk, seconds in zip(chunks, pool.map(lambda chunk: seconds_open(server.port, chunk), chunks), strict=True):
            assert 0.9 < seconds < 4, chunk


def test_a_busy_connection_stays_open(server: Threaded, make_link: Callable[..., Link]) -> None:
    make_link(code="waiting")
    server.server.config.timeout_keep_alive = 1
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
        for _ in range(8):
            connection.sendall(REQUEST)
            assert connection.recv(4096).startswith(b"HTTP/1.1 302")
            time.sleep(0.4)
