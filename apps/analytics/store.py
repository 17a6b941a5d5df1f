"""Where clicks are written to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from clickhouse_driver.errors import Error as DriverError
from django.db import Error as DatabaseError
from django.db import connections

from apps.analytics.instants import milliseconds
from apps.analytics.orphan_rows import OrphanRow
from apps.analytics.rows import ClickRow
from apps.analytics.tables import DATABASE
from apps.events.errors import SinkUnavailable


def insert_clicks(rows: Sequence[ClickRow], *, token: str) -> None:
    """Store `rows`, all in one insert, each once in the table and in the rollups; see `_insert`."""
    _insert("click_events", rows, token, lane=lane_of(token))


def insert_orphans(rows: Sequence[OrphanRow], *, token: str) -> None:
    """Store `rows`, all in one insert, each once; see `_insert`."""
    _insert("orphan_clicks", rows, token)


def lane_of(token: str) -> int:
    """The lane of the rows stored under `token`, a claim's: the same for all claims of one partition, of which one is open at a time."""
    return crc32(token.rpartition(":")[0].encode()) % 2**16


def _insert(table: str, rows: Sequence[ClickRow] | Sequence[OrphanRow], token: str, *, lane: int | None = None) -> None:
    """Store `rows` in one insert.

    Rows sent again under the same `token` must be the same rows in the same order; they have no
    further effect, and complete what an interrupted insert left undone. Raises SinkUnavailable when
    it is not certain that all is stored.
    """
    insert_rows(table, rows, {"insert_deduplication_token": token, "insert_deduplicate": 1}, lane=lane)


def insert_rows(
    table: str, rows: Sequence[ClickRow] | Sequence[OrphanRow], settings: Mapping[str, str | int], *, lane: int | None = None
) -> None:
    """Store `rows` in one insert with `settings`, in `lane` if the table has such. Raises SinkUnavailable when it is not
    certain that all is stored."""
    if not rows:
        return
    fields = rows[0]._fields
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    if lane is not None:
        fields = (*fields, "lane")
        columns.append([lane] * len(rows))
    # Whole milliseconds spare the driver a conversion of each value.
    columns[fields.index("timestamp")] = [milliseconds(row.timestamp) for row in rows]
    with _reached(), connections[DATABASE].cursor() as cursor:
        native = cursor.cursor
        native.set_settings(settings)
        native.columnar = True
        cursor.executemany(f"INSERT INTO {table} ({', '.join(fields)}) VALUES", columns)


def run(sql: str, parameters: Sequence[Any] = (), **settings: int) -> list[tuple[Any, ...]]:
    """Rows of `sql`, if it gives any. Raises SinkUnavailable."""
    with _reached(), connections[DATABASE].cursor() as cursor:
        cursor.cursor.set_settings(settings)
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def _reached() -> Iterator[None]:
    """Turns whatever a server or the way to it does wrong into SinkUnavailable."""
    try:
        yield
    except (DatabaseError, DriverError, EOFError, OSError) as error:
        raise SinkUnavailable(f"ClickHouse: {error}") from error
