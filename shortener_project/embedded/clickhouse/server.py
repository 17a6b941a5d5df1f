"""The server's process: command line, listening socket, orderly end.

The password comes from the environment variable CLICKHOUSE_PASSWORD. The process listens on a loopback
address only: whoever knows the password may read files through table functions.
"""

import argparse
import ipaddress
import itertools
import logging
import os
import signal
import socket
import socketserver
import sys
import threading
from pathlib import Path

from shortener_project.embedded.clickhouse.connection import ClientConnection
from shortener_project.embedded.clickhouse.engine import Engine, run_text
from shortener_project.embedded.clickhouse.errors import EngineError
from shortener_project.embedded.clickhouse.watch import Watch

USER = "default"
# Seconds that statements in progress have to finish when the process is told to end.
GRACE = 6.0


class Server(socketserver.ThreadingTCPServer):
    """One thread per client."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine: Engine, address: tuple[str, int], *, password: str) -> None:
        """Listen on `address`. Raises OSError when it is taken."""
        self.watch = Watch(engine)
        self._engine = engine
        self._credentials = (USER.encode(), password.encode())
        self._numbers = itertools.count(1)
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object) -> None:  # noqa: ARG002 - the base class's signature
        assert isinstance(request, socket.socket)
        connection = ClientConnection(
            request, number=next(self._numbers), engine=self._engine, credentials=self._credentials, watch=self.watch
        )
        with self.watch.connected(connection):
            connection.serve()


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    password = os.environ.get("CLICKHOUSE_PASSWORD", "")
    if not password:
        return _fail("CLICKHOUSE_PASSWORD: the embedded engine needs a password")
    try:
        engine = Engine(options.path)
    except (EngineError, OSError) as error:
        return _fail(f"--path {options.path}: cannot open it, another process may have it open: {error}")
    run_text(engine.connect(), f"CREATE DATABASE IF NOT EXISTS `{options.database}`")
    try:
        server = Server(engine, (options.host, options.port), password=password)
    except OSError as error:
        return _fail(f"--port {options.port}: {error.strerror}")
    _serve_until_told_to_end(server, engine)
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m shortener_project.embedded.clickhouse.server", description=__doc__)
    parser.add_argument("--path", type=Path, required=True, help="directory of the data")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--database", type=_identifier, default="analytics", help="made when it is not there")
    return parser.parse_args(arguments)


def _loopback(text: str) -> str:
    if not ipaddress.ip_address(text).is_loopback:
        raise argparse.ArgumentTypeError("only a loopback address may be listened on")
    return text


def _identifier(text: str) -> str:
    if not text.isidentifier():
        raise argparse.ArgumentTypeError("letters, digits and underscores only")
    return text


def _serve_until_told_to_end(server: Server, engine: Engine) -> None:
    told_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_end.set())
    server.watch.start()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="accept", daemon=True).start()
    host, port = server.server_address[:2]
    sys.stderr.write(f"listening on {host!s}:{port}\n")
    sys.stderr.flush()
    told_to_end.wait()
    server.shutdown()
    server.server_close()
    if server.watch.close(grace=GRACE):
        engine.close()
        return
    # A thread inside the engine cannot be ended, and closing the engine under it would hang. What it
    # has not stored it has not confirmed either.
    logging.getLogger(__name__).warning("statements still ran after %s s; ending without them", GRACE)
    os._exit(0)


def _fail(message: str) -> int:
    sys.stderr.write(f"clickhouse: {message}\n")
    return 1


if __name__ == "__main__":
    # Values of DateTime columns without a zone are read and written in the process's zone.
    os.environ["TZ"] = "UTC"
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    sys.exit(main())
