"""Keeps clicks from being stored while others are being erased, so that tables and their rollups change together.

Both sides meet at a lock of PostgreSQL, which ends with their transaction, however that ends. Nothing is lost
by waiting: what is not stored yet stays on the bus.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Any number that nobody else takes.
_LOCK = 7_305_814_426_011


@contextmanager
def storing() -> Iterator[None]:
    """Beside others who store; waits while somebody erases. Raises the database's errors."""
    with _held("pg_advisory_xact_lock_shared"):
        yield


@contextmanager
def erasing() -> Iterator[None]:
    """Alone; waits for those who store. Raises the database's errors."""
    with _held("pg_advisory_xact_lock"):
        yield


@contextmanager
def _held(function: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK])
        yield
