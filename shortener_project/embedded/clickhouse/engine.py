"""The engine and the one directory that it owns."""

import threading
from pathlib import Path

from chdb.state.sqlitelike import Connection

from shortener_project.embedded.clickhouse.deduplication import forget_unstored_parts
from shortener_project.embedded.clickhouse.errors import EngineError


class Engine:
    """chDB on one directory, which it locks against every other process."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made when it is not there.

        Raises EngineError, among others when another process has the directory open; chDB tells
        that reason on standard error alone. Raises OSError when the directory cannot be made.
        """
        path.mkdir(parents=True, exist_ok=True)
        self.path = path.resolve()
        forget_unstored_parts(self.path)
        # The engine lives while a connection to it is open.
        self._keeper = self.connect()
        self._keeper_lock = threading.Lock()
        version, self.timezone = run_text(self._keeper, "SELECT version(), timezone()").split("\t")
        self.version = tuple(int(part) for part in version.split("."))

    def connect(self) -> Connection:
        """A session of its own inside the engine; it runs one statement at a time."""
        try:
            return Connection(str(self.path))
        except Exception as error:
            raise EngineError.of(error) from error

    def kill(self, tag: str) -> None:
        """Cancel the statement, if any, of the session whose statements carry `tag`."""
        with self._keeper_lock:
            run_text(self._keeper, f"KILL QUERY WHERE Settings['log_comment'] = '{tag}' ASYNC")

    def close(self) -> None:
        """Give the directory free. Sessions must be closed by then."""
        self._keeper.close()


def run_text(connection: Connection, sql: str, *, output: str = "TSVRaw") -> str:
    """The rows that `sql` returns as text, in the format `output`. Raises EngineError."""
    try:
        answer: bytes = connection.query(sql, output).bytes()
    except Exception as error:
        raise EngineError.of(error) from error
    return answer.decode().rstrip("\n")
