"""A lean way to PostgreSQL for an event loop: one connection, on which the queries of all who ask follow each
other without waiting for the answers before (libpq's pipeline mode).

psycopg's pool, which the rest of the product uses, hands a connection from one to the next and asks the event
loop anew for each wait; that is most of what a look-up costs here. Connecting, TLS and what values mean are
left to psycopg, the wire format to libpq.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus

Row = tuple[Any, ...]
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)
# The server has forgotten a statement or prepared it for other tables than there are now; a new connection knows better.
_OUTDATED = (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement, errors.FeatureNotSupported)


class Query:
    """A query whose parameters are `$1`, `$2`, …, in text form."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()
        self.name = b"redirector_" + hashlib.sha1(self.text).hexdigest().encode()  # noqa: S324 - no secret


def array(values: Iterable[object]) -> bytes:
    """The parameter that means an array of `values`, none of them None."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return ("{" + ",".join(f'"{value}"' for value in quoted) + "}").encode()


class _Connection:
    """Answers come in the order of the queries, each behind a synchronisation point of its own, so that one that
    fails takes no other with it."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._libpq = connection.pgconn
        self._values = Transformer(connection)
        # None where it has been switched off, for poolers that do not know prepared statements.
        self._prepares = connection.prepare_threshold is not None
        self._prepared: set[bytes] = set()
        self._waiting: deque[asyncio.Future[list[Row]]] = deque()
        self._rows: list[Row] = []
        self._error: psycopg.Error | None = None
        self._answers = 0
        self._is_writing = False
        self.is_lost = False
        self._libpq.nonblocking = 1
        self._libpq.enter_pipeline_mode()
        self._socket = self._libpq.socket
        self._loop.add_reader(self._socket, self._receive)

    async def ask(self, query: Query, parameters: Sequence[bytes], deadline: float) -> list[Row]:
        """The rows of one query. Raises psycopg.Error, TimeoutError at `deadline` of the loop's clock."""
        future: asyncio.Future[list[Row]] = self._loop.create_future()
        try:
            self._send(query, parameters)
        except psycopg.Error as error:
            self._lose(error)
            raise
        self._waiting.append(future)
        timer = self._loop.call_at(deadline, self._expire, future, self._answers)
        try:
            return await future
        finally:
            timer.cancel()

    def _send(self, query: Query, parameters: Sequence[bytes]) -> None:
        if self._prepares:
            if query.name not in self._prepared:
                self._libpq.send_prepare(query.name, query.text)
                self._prepared.add(query.name)
            self._libpq.send_query_prepared(query.name, parameters)
        else:
            self._libpq.send_query_params(query.text, parameters)
        self._libpq.pipeline_sync()
        self._flush()

    def _flush(self) -> None:
        is_left = bool(self._libpq.flush())
        if is_left and not self._is_writing:
            self._loop.add_writer(self._socket, self._flush_more)
        elif self._is_writing and not is_left:
            self._loop.remove_writer(self._socket)
        self._is_writing = is_left

    def _flush_more(self) -> None:
        try:
            self._flush()
        except psycopg.Error as error:
            self._lose(error)

    def _receive(self) -> None:
        try:
            self._libpq.consume_input()
            was_nothing = False
            while not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    # Between the answers of two queries there is one nothing, at the end one more.
                    if was_nothing or not self._waiting:
                        break
                    was_nothing = True
                    continue
                was_nothing = False
                self._take(result)
        except (psycopg.Error, IndexError) as error:
            self._lose(error)

    def _take(self, result: Any) -> None:
        status = result.status
        if status == ExecStatus.PIPELINE_SYNC:
            self._end_answer()
        elif status == ExecStatus.TUPLES_OK:
            if result.ntuples:
                self._values.set_pgresult(result)
                self._rows = self._values.load_rows(0, result.ntuples, tuple)
        elif status in _FAILED and self._error is None:
            self._error = errors.error_from_result(result)

    def _end_answer(self) -> None:
        self._answers += 1
        future, rows, error = self._waiting.popleft(), self._rows, self._error
        self._rows, self._error = [], None
        # One who no longer waits is passed over, so that the next gets the answer to its own query.
        if not future.done():
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(rows)
        if isinstance(error, _OUTDATED):
            self._lose(error)

    def _expire(self, future: "asyncio.Future[list[Row]]", answers_before: int) -> None:
        if not future.done():
            future.set_exception(TimeoutError("PostgreSQL did not answer in time"))
            if self._answers == answers_before:
                # Silent since the query was sent: perhaps nobody is there any more.
                self._lose(TimeoutError("PostgreSQL is silent"))

    def _lose(self, error: Exception) -> None:
        if self.is_lost:
            return
        self.is_lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._libpq.finish()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(psycopg.OperationalError(f"the connection to PostgreSQL was lost: {error}"))

    def close(self) -> None:
        """End at once; who still waits gets OperationalError."""
        self._lose(ConnectionError("closed"))


class PostgresPipeline:
    """For the event loop on which it is first used; `arguments` are those of psycopg's `connect`."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._connection: _Connection | None = None
        self._connecting: asyncio.Task[_Connection] | None = None

    async def ask(self, query: Query, parameters: Sequence[bytes] = (), *, deadline: float) -> list[Row]:
        """The rows of `query`.

        Raises psycopg.Error for what PostgreSQL refuses and when the connection is lost meanwhile (OperationalError);
        TimeoutError at `deadline` of the event loop's clock.
        """
        connection = self._connection
        if connection is None or connection.is_lost:
            async with asyncio.timeout_at(deadline):
                connection = await self._connect()
        return await connection.ask(query, parameters, deadline)

    def start(self) -> None:
        """Begin to connect; does not wait for it, nor fail."""
        if self._connection is None:
            self._begin()

    def _begin(self) -> "asyncio.Task[_Connection]":
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._open())
            self._connecting.add_done_callback(self._opened)
        return self._connecting

    async def _connect(self) -> _Connection:
        """Connect, or wait for who is at it. Who gives up does not stop it for the others."""
        return await asyncio.shield(self._begin())

    def _opened(self, task: "asyncio.Task[_Connection]") -> None:
        self._connecting = None
        # Asked for, so that nobody calls it forgotten when all who waited have given up.
        if not task.cancelled() and task.exception() is None:
            self._connection = task.result()

    async def _open(self) -> _Connection:
        return _Connection(await psycopg.AsyncConnection.connect(**self._arguments))

    async def close(self) -> None:
        """Release the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
