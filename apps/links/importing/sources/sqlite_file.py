"""SQLite files, opened from a copy of our own that nobody writes to, and read by one kind of statement only."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.links.importing.errors import FileBroken
from apps.links.importing.sources import Head, Row
from apps.links.importing.values import plain

MAGIC: Final = b"SQLite format 3\0"
# Bytes of a value, and seconds between two rows, above which a file is not one of links.
_MAX_TABLES: Final = 1000
_MAX_VALUE: Final = 1_000_000
_MAX_SECONDS: Final = 30.0
_STEPS: Final = 10_000
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


class SqliteFile:
    """Tables by name; views, triggers and functions that the file brings along are not looked at."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    def heads(self) -> Iterator[Head]:
        with self._reading() as database:
            tables = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(_MAX_TABLES)
            # Virtual tables would load code for their reading.
            for table in (name for name, sql in tables if str(sql).upper().startswith("CREATE TABLE")):
                names = [column[0] for column in database.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description]  # noqa: S608 - a quoted name
                yield Head(frozenset(map(plain, names)), table)

    def rows(self, head: Head) -> Iterator[Row]:
        with self._reading() as database:
            found = database.execute(f"SELECT * FROM {_quoted(head.place)} ORDER BY 1")  # noqa: S608 - a quoted name
            names = [column[0] for column in found.description]
            for number, values in enumerate(found, start=1):
                yield number, {name: _text(value) for name, value in zip(names, values, strict=True)}

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "links.sqlite"
            shutil.copyfile(self._path, copy)
            database = sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            try:
                _limit(database)
                yield database
            except sqlite3.Error as error:
                raise FileBroken(_("The SQLite file cannot be read: %(problem)s") % {"problem": str(error)[:200]}) from error
            finally:
                database.close()


def _limit(database: sqlite3.Connection) -> None:
    """Let the file be read and nothing else, and no statement run for ever."""
    database.text_factory = lambda value: value.decode(errors="replace")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    end = time.monotonic() + _MAX_SECONDS * 60
    database.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    database.set_authorizer(lambda action, *_names: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
