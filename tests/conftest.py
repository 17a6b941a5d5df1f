"""What all tests share: an empty Redis database, and no way out to the network."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection

pytest_plugins = ["tests.cast", "tests.engines.fixtures"]

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


class NetworkRefused(RuntimeError):
    """A test tried to reach another machine."""


def _check(address: Any) -> None:
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
        raise NetworkRefused(f"tests may not reach other machines: {address}")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse connections beyond the loopback interface and Unix sockets."""
    patch = pytest.MonkeyPatch()

    def connect(self: socket.socket, address: Any) -> None:
        _check(address)
        _connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return _connect_ex(self, address)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The audit log lets itself be emptied between tests, which the product never does."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditlog DISABLE TRIGGER audit_log_not_truncated")


@pytest.fixture(autouse=True)
def empty_redis(_redis_server: redis.Redis) -> Iterator[None]:
    """Whatever a test has left in the Redis database of this process is gone before the next one."""
    yield
    _redis_server.flushdb()
