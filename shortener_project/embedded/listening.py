"""What only one supervisor can have: the port, and the folder."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shortener_project.embedded.errors import StartError

_BACKLOG = 2048


@contextmanager
def only_here(var_dir: Path) -> Iterator[None]:
    """Hold the lock of `var_dir`; the system releases it however this process ends.

    Raises StartError naming VAR_DIR when another process holds it.
    """
    file = os.open(var_dir / "run" / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise StartError("VAR_DIR", f"the product is already running in {var_dir}") from None
    try:
        yield
    finally:
        os.close(file)


def listen(port: int) -> socket.socket:
    """The site's listening socket, for IPv4 and IPv6; it outlives the processes that answer on it.

    Raises StartError naming PORT.
    """
    if not 0 < port < 65536:
        raise StartError("PORT", f"expected a number from 1 to 65535, got {port}")
    try:
        return _bind(port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError("PORT", f"{port} is taken by another program") from None
        raise StartError("PORT", f"cannot listen on {port} ({error.strerror})") from error


def _bind(port: int) -> socket.socket:
    try:
        return _listen(socket.AF_INET6, "::", port)
    except OSError as error:
        if error.errno not in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
            raise
        return _listen(socket.AF_INET, "0.0.0.0", port)  # noqa: S104 - a server for others too; ALLOWED_HOSTS guards


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
