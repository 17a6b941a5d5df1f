"""One client: who it is, then its statements one after the other."""

import hmac
import logging
import socket
from typing import TYPE_CHECKING

from shortener_project.embedded.clickhouse import packets, statements
from shortener_project.embedded.clickhouse.engine import Engine
from shortener_project.embedded.clickhouse.errors import (
    AUTHENTICATION_FAILED,
    QUERY_WAS_CANCELLED,
    UNEXPECTED_PACKET,
    EngineError,
    unsupported,
)
from shortener_project.embedded.clickhouse.layout import layout_of
from shortener_project.embedded.clickhouse.packets import ProtocolError
from shortener_project.embedded.clickhouse.session import Session
from shortener_project.embedded.clickhouse.statements import Insert
from shortener_project.embedded.clickhouse.wire import Reader

if TYPE_CHECKING:
    from shortener_project.embedded.clickhouse.watch import Watch

logger = logging.getLogger(__name__)

# A client that has not shown its password holds a thread; seconds.
_HELLO_TIMEOUT = 10.0
# How long to read on after an error that ends the connection; seconds.
_LINGER = 1.0


class ClientConnection:
    """Serves one client in the thread that calls `serve`, until either side ends it."""

    def __init__(self, stream: socket.socket, *, number: int, engine: Engine, credentials: tuple[bytes, bytes], watch: "Watch") -> None:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = stream
        self.tag = f"connection-{number}"
        self._engine = engine
        self._credentials = credentials
        self._watch = watch
        self._reader = Reader(receive=stream.recv)
        # Whether the statement in progress, if any, stores nothing.
        self.is_reading = False

    def serve(self) -> None:
        try:
            session = self._welcome()
            try:
                while self._serve_packet(session):
                    self._reader.compact()
            finally:
                session.close()
        except EngineError as error:
            self._refuse(error)
        except (EOFError, ProtocolError, ConnectionError, TimeoutError) as error:
            logger.debug("%s ended: %r", self.tag, error)
        except OSError:
            # Such as a full disk. The client learns by the connection's end that nothing is certain.
            logger.exception("%s ended", self.tag)

    def _welcome(self) -> Session:
        """Check who the client is and open its session. Raises EngineError when it may not or cannot go on."""
        self.stream.settimeout(_HELLO_TIMEOUT)
        hello = packets.read_hello(self._reader)
        user, password = self._credentials
        # Both are compared in any case, so that the time taken says nothing.
        if not hmac.compare_digest(hello.user, user) & hmac.compare_digest(hello.password, password):
            raise EngineError(AUTHENTICATION_FAILED, "DB::Exception: Authentication failed: password is incorrect, or there is no user")
        if hello.revision < packets.REVISION:
            raise unsupported(f"a client of protocol revision {hello.revision} (below {packets.REVISION})")
        session = Session(self._engine, database=hello.database, tag=self.tag)
        self.stream.settimeout(None)
        self.stream.sendall(packets.hello(version=self._engine.version, timezone=self._engine.timezone))
        return session

    def _serve_packet(self, session: Session) -> bool:
        """Serve one packet; False when it was the last."""
        kind = self._reader.varint()
        if kind == packets.Client.PING:
            self.stream.sendall(packets.PONG)
        elif kind == packets.Client.QUERY:
            with self._watch.running(self):
                self._serve_query(session)
        elif kind != packets.Client.CANCEL:  # which comes late when its query has just ended
            raise EngineError(UNEXPECTED_PACKET, f"DB::Exception: Unexpected packet {kind} from client")
        return not self._watch.is_closing

    def _serve_query(self, session: Session) -> None:
        query = packets.read_query(self._reader)
        if query.is_compressed:
            raise unsupported("compression")
        packets.read_external_tables(self._reader)
        try:
            self.is_reading = statements.is_select(query.sql)
            session.apply(query.settings)
            if insert := statements.parse_insert(query.sql):
                self._serve_insert(session, insert)
            else:
                self._serve_answer(session, query.sql)
        except EngineError as error:
            self.stream.sendall(self._end_after(error))
        else:
            self.stream.sendall(packets.END_OF_STREAM)

    def _serve_answer(self, session: Session, sql: str) -> None:
        blocks = session.answer(sql)
        try:
            first = next(blocks, None)
            if first is None:
                return
            self.stream.sendall(packets.header(first.columns))
            if first.rows:
                self.stream.sendall(packets.data(first))
            for block in blocks:
                self.stream.sendall(packets.data(block))
        finally:
            blocks.close()

    def _serve_insert(self, session: Session, insert: Insert) -> None:
        columns = session.sample(insert)
        for column in columns:
            layout_of(column.type)  # says now that it cannot be walked, not in the middle of the rows
        with session.insert(insert) as append:
            self.stream.sendall(packets.header(columns))
            while (block := packets.read_data(self._reader)).columns:
                if block.rows:
                    append(block.raw)

    def _end_after(self, error: EngineError) -> bytes:
        """What ends a query that failed; to a client that cancelled it the failure is no news."""
        if error.code == QUERY_WAS_CANCELLED and self._is_cancelled():
            return packets.END_OF_STREAM
        return packets.exception(error)

    def _is_cancelled(self) -> bool:
        """Whether a cancel waits to be read; if so, it is read."""
        if self._reader.unread == 0 and self.peek() != bytes([packets.Client.CANCEL]):
            return False
        return self._reader.varint() == packets.Client.CANCEL

    def peek(self) -> bytes | None:
        """The next byte that the client sent, b"" when it is gone, None when it is silent."""
        try:
            return self.stream.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _refuse(self, error: EngineError) -> None:
        """Tell why the connection ends, and read on for a moment: unread bytes would reset the
        connection, and the client might never see the reason."""
        try:
            self.stream.sendall(packets.exception(error))
            self.stream.shutdown(socket.SHUT_WR)
            self.stream.settimeout(_LINGER)
            while self.stream.recv(64 * 1024):
                pass
        except OSError as problem:
            logger.debug("%s did not wait for its error: %r", self.tag, problem)
