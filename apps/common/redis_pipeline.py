"""A lean way to Redis for an event loop: one connection, on which the commands of all who ask follow each
other without waiting for the answers before (pipelining).

redis-py, which the rest of the product uses, takes a connection from a pool for each command and
wakes up several times for it; that is most of what a redirect costs that asks Redis. What a URL
means and how TLS is set up is left to redis-py, the wire format (RESP2) to hiredis.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

import hiredis
import redis.asyncio
from django.conf import settings
from redis.asyncio.connection import SSLConnection, UnixDomainSocketConnection
from redis.exceptions import AuthenticationError, NoScriptError, ResponseError

CONNECT_SECONDS = 1.0
_MORE = object()
Word = str | bytes | int | float


class Script:
    """A Lua script, known to the server by its SHA-1 once it has run."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - Redis' name for it


def _error(message: str) -> Exception:
    if message.startswith("NOSCRIPT"):
        return NoScriptError(message)
    return AuthenticationError(message) if message.startswith(("WRONGPASS", "NOAUTH")) else ResponseError(message)


class _Connection(asyncio.Protocol):
    """Answers come in the order of the commands."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(protocolError=ConnectionError, replyError=_error, notEnoughData=_MORE)
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._transport: asyncio.Transport | None = None
        self._answers = 0
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(ConnectionError(f"the connection to Redis was lost: {exc or 'closed'}"))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not _MORE:
                self._answers += 1
                future = self._waiting.popleft()
                # One who no longer waits is passed over, so that the next gets the answer to its own command.
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        except (ConnectionError, IndexError):
            # No RESP, or more answers than commands: nothing here can be believed any more.
            self.abort()

    async def call(self, words: Sequence[Word], deadline: float) -> Any:
        """The answer to one command. Raises RedisError, OSError (TimeoutError at `deadline` of the loop's clock)."""
        loop = asyncio.get_running_loop()
        if self.is_lost or self._transport is None:
            raise ConnectionError("the connection to Redis was lost")
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(future)
        self._transport.write(hiredis.pack_command(tuple(words)))  # type: ignore[arg-type] # its stub means one word
        timer = loop.call_at(deadline, self._expire, future, self._answers)
        try:
            return await future
        finally:
            timer.cancel()

    def _expire(self, future: "asyncio.Future[Any]", answers_before: int) -> None:
        if not future.done():
            future.set_exception(TimeoutError("Redis did not answer in time"))
            if self._answers == answers_before:
                # Silent since the command was sent: perhaps nobody is there any more.
                self.abort()

    def abort(self) -> None:
        """End at once; who still waits gets ConnectionError."""
        self.is_lost = True
        if self._transport is not None:
            self._transport.abort()


class RedisPipeline:
    """For the event loop on which it is first used; connects when there is something to ask."""

    def __init__(self) -> None:
        # Never connected: it says what the URL means.
        self._where = redis.asyncio.ConnectionPool.from_url(settings.REDIS_URL).make_connection()  # type: ignore[no-untyped-call]
        self._connection: _Connection | None = None
        self._connecting: asyncio.Task[_Connection] | None = None

    async def call(self, *words: Word, deadline: float) -> Any:
        """The answer to one command, as bytes, int, None or a list of these.

        Raises RedisError for what Redis refuses, OSError when it is not reached; TimeoutError, which is one, at
        `deadline` of the event loop's clock.
        """
        connection = self._connection
        if connection is None or connection.is_lost:
            async with asyncio.timeout_at(deadline):
                connection = await self._connect()
        return await connection.call(words, deadline)

    async def run(self, script: Script, *, keys: Sequence[str], args: Sequence[Word], deadline: float) -> Any:
        """What `script` gives. Raises as `call` does."""
        try:
            return await self.call("EVALSHA", script.sha, len(keys), *keys, *args, deadline=deadline)
        except NoScriptError:
            # The server was restarted, or has never met it.
            return await self.call("EVAL", script.text, len(keys), *keys, *args, deadline=deadline)

    async def _connect(self) -> _Connection:
        """Connect, or wait for who is at it. Who gives up does not stop it for the others."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._open())
            self._connecting.add_done_callback(self._opened)
        return await asyncio.shield(self._connecting)

    def _opened(self, task: "asyncio.Task[_Connection]") -> None:
        self._connecting = None
        # Asked for, so that nobody calls it forgotten when all who waited have given up.
        if not task.cancelled() and task.exception() is None:
            self._connection = task.result()

    async def _open(self) -> _Connection:
        where, loop = self._where, asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            if isinstance(where, UnixDomainSocketConnection):
                _, connection = await loop.create_unix_connection(_Connection, where.path)
            else:
                tls = where.ssl_context.get() if isinstance(where, SSLConnection) else None
                _, connection = await loop.create_connection(_Connection, where.host, where.port, ssl=tls)
            try:
                await self._introduce(connection, loop.time() + CONNECT_SECONDS)
            except BaseException:
                connection.abort()
                raise
        return connection

    async def _introduce(self, connection: _Connection, deadline: float) -> None:
        where = self._where
        if where.password:
            await connection.call(("AUTH", *filter(None, (where.username, where.password))), deadline)
        if where.db:
            await connection.call(("SELECT", where.db), deadline)

    async def close(self) -> None:
        """Release the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.abort()
            self._connection = None
