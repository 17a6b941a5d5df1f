"""One query to ClickHouse: bound parameters, limits, and a clear failure when it does not answer."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from clickhouse_driver.errors import Error as DriverError
from clickhouse_driver.errors import ErrorCodes, ServerException
from django.db import DatabaseError, InterfaceError, connections
from prometheus_client import Counter

from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.tables import DATABASE

logger = logging.getLogger(__name__)

QUERIES_FAILED = Counter("analytics_queries_failed_total", "Queries for reports that ClickHouse did not answer in time.")

# A page waits no longer than 2 s: 0.4 s to see that a kept connection is dead, then as long for a new one
# or for an answer as the following allow (seconds).
_PING_TIMEOUT = 0.4
_CONNECT_TIMEOUT = 1.0
_ANSWER_TIMEOUT = 1.5
_LIMITS = {
    "max_execution_time": 2,
    "max_rows_to_read": 500_000_000,
    "max_memory_usage": 2_000_000_000,
    "max_result_rows": 200_000,
}
AUTHENTICATION_FAILED = 516  # not among the driver's names
# What a server says that is up but cannot answer now; everything else it says is a bug of ours.
_OVERLOADED = {
    ErrorCodes.TIMEOUT_EXCEEDED,
    ErrorCodes.TOO_SLOW,
    ErrorCodes.TOO_MANY_ROWS,
    ErrorCodes.MEMORY_LIMIT_EXCEEDED,
    ErrorCodes.TOO_MANY_SIMULTANEOUS_QUERIES,
    AUTHENTICATION_FAILED,
    ErrorCodes.NETWORK_ERROR,
    ErrorCodes.SOCKET_TIMEOUT,
    ErrorCodes.QUERY_WAS_CANCELLED,
    ErrorCodes.ALL_CONNECTION_TRIES_FAILED,
}


def fetch(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of `sql`, whose `%(name)s` are bound to `parameters`. Raises AnalyticsUnavailable within 2 s."""
    with answering(), connections[DATABASE].cursor() as cursor:
        native = cursor.cursor
        native.set_settings(_LIMITS)
        with _patience(native._client.connection):
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


@contextmanager
def answering() -> Iterator[None]:
    """Turns the failures of a server that cannot answer now into AnalyticsUnavailable."""
    try:
        yield
    except (DatabaseError, InterfaceError, DriverError, EOFError, OSError) as error:
        if (code := _server_code(error)) is not None and code not in _OVERLOADED:
            raise
        QUERIES_FAILED.inc()
        logger.warning("ClickHouse did not answer: %s", error)
        raise AnalyticsUnavailable from error


def _server_code(error: BaseException | None) -> int | None:
    """The code of the server's own failure behind `error`; None when the server said nothing."""
    while error is not None:
        if isinstance(error, ServerException):
            return int(error.code)
        error = error.__cause__ or next((arg for arg in error.args if isinstance(arg, BaseException)), None)
    return None


@contextmanager
def _patience(connection: Any) -> Iterator[None]:
    """A reader's time-outs on a connection that inserts share; theirs are longer."""
    names = ("sync_request_timeout", "connect_timeout", "send_receive_timeout")
    kept = [getattr(connection, name) for name in names]
    _set_timeouts(connection, dict(zip(names, (_PING_TIMEOUT, _CONNECT_TIMEOUT, _ANSWER_TIMEOUT), strict=True)))
    try:
        yield
    finally:
        _set_timeouts(connection, dict(zip(names, kept, strict=True)))


def _set_timeouts(connection: Any, timeouts: Mapping[str, float]) -> None:
    for name, seconds in timeouts.items():
        setattr(connection, name, seconds)
    if connection.socket is not None:
        connection.socket.settimeout(timeouts["send_receive_timeout"])
