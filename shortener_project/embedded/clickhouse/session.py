"""One client's state inside the engine: its database, its settings, its statement in progress."""

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from shortener_project.embedded.clickhouse import statements
from shortener_project.embedded.clickhouse.blocks import Block, Column, read_block
from shortener_project.embedded.clickhouse.engine import Engine, run_text
from shortener_project.embedded.clickhouse.errors import (
    NO_SUCH_COLUMN_IN_TABLE,
    UNKNOWN_SETTING,
    EngineError,
    unsupported,
)
from shortener_project.embedded.clickhouse.packets import Setting
from shortener_project.embedded.clickhouse.statements import Insert
from shortener_project.embedded.clickhouse.wire import Reader

_SETTING_NAME = re.compile(r"\w+")


class Session:
    """A session runs one statement at a time; a second one would end the first one's stream."""

    def __init__(self, engine: Engine, *, database: str, tag: str) -> None:
        """Open a session in `database` ("" is the engine's own). `tag` marks its statements, see `Engine.kill`."""
        self._engine = engine
        self._connection = engine.connect()
        self._database = database
        self._settings: dict[str, str] = {}
        self.tag = tag
        run_text(self._connection, f"SET log_comment = '{tag}'")
        if database:
            run_text(self._connection, f"USE `{database.replace('`', '')}`")

    def close(self) -> None:
        self._connection.close()

    def apply(self, settings: Mapping[str, Setting]) -> None:
        """Give the session the settings that came with a statement, and no others.

        Raises EngineError for a bad value, and for an unknown setting that the client calls important;
        an unknown one is passed over otherwise, as a server does.
        """
        wanted = {name: setting for name, setting in settings.items() if _SETTING_NAME.fullmatch(name) and name != "log_comment"}
        for name in self._settings.keys() - wanted.keys():
            run_text(self._connection, f"SET {name} = DEFAULT")
            del self._settings[name]
        for name, setting in wanted.items():
            if self._settings.get(name) != setting.value:
                self._set(name, setting)

    def _set(self, name: str, setting: Setting) -> None:
        try:
            run_text(self._connection, f"SET {name} = {statements.quote_literal(setting.value)}")
        except EngineError as error:
            if error.code != UNKNOWN_SETTING or setting.is_important:
                raise
        else:
            self._settings[name] = setting.value

    def answer(self, sql: str) -> Generator[Block]:
        """Blocks of the answer to any statement but an INSERT with rows to follow; a header comes first.

        Raises EngineError. Closing the iterator ends the statement.
        """
        if statements.is_select(sql):
            yield from self._select(statements.without_format(sql))
        else:
            yield from self._run(sql)

    def _run(self, sql: str) -> Generator[Block]:
        try:
            data = self._connection.query(statements.without_format(sql), "Native").bytes()
        except Exception as error:
            raise EngineError.of(error) from error
        reader = Reader(data)
        while reader.unread:
            yield read_block(reader)

    def _select(self, sql: str) -> Generator[Block]:
        header = _Header(self._engine, self._database, sql)
        chunks = self._stream(sql)
        first = next(chunks, None)
        if first is None:
            yield Block(header.columns, 0, b"")
            return
        try:
            block = read_block(Reader(first), full_type=header.type_of)
        except EngineError:
            block = header.cover(first)
        yield block
        is_repaired = block.raw != first
        for chunk in chunks:
            # A streamed chunk is one block, so only a repair needs a walk.
            yield read_block(Reader(chunk), full_type=header.type_of) if is_repaired else Block(block.columns, 1, chunk)

    def _stream(self, sql: str) -> Generator[bytes]:
        stream: Any = None
        try:
            stream = self._connection.send_query(sql, "Native")
            while (chunk := stream.fetch()) is not None:
                yield chunk.bytes()
        except GeneratorExit:
            if stream:
                stream.cancel()
            raise
        except Exception as error:
            raise EngineError.of(error) from error

    def sample(self, insert: Insert) -> Sequence[Column]:
        """Names and types of the columns that the client has to send. Raises EngineError."""
        described = describe(self._engine, self._database, insert.table)
        if not insert.columns:
            return [column for column, kind in described if kind in {"", "DEFAULT"}]
        types = {column.name: column.type for column, _kind in described}
        if unknown := [name for name in insert.columns if name not in types]:
            raise EngineError(NO_SUCH_COLUMN_IN_TABLE, f"DB::Exception: No such column {unknown[0]} in table {insert.table}")
        return [Column(name, types[name]) for name in insert.columns]

    @contextmanager
    def insert(self, insert: Insert) -> Iterator[Callable[[bytes], None]]:
        """Gives a function that takes the insert's blocks; all are stored when the context ends well.

        The blocks wait in a file: chDB's own streaming insert reports success when the engine has refused
        the rows. Raises EngineError, or OSError when the disk is full.
        """
        with TemporaryFile(dir=self._engine.path, buffering=0) as file:
            yield lambda block: _write(file, block)
            file.seek(0)
            try:
                self._connection.query(insert.from_file(f"/dev/fd/{file.fileno()}"))
            except Exception as error:
                raise EngineError.of(error) from error


def _write(file: IO[bytes], data: bytes) -> None:
    written = 0
    while written < len(data):
        written += file.write(memoryview(data)[written:])


def describe(engine: Engine, database: str, source: str) -> list[tuple[Column, str]]:
    """Columns of a table or of a query in brackets, each with the kind of its default. Raises EngineError.

    It takes a session of its own, so that it may run beside a stream.
    """
    session = engine.connect()
    try:
        if database:
            run_text(session, f"USE `{database.replace('`', '')}`")
        text = run_text(session, f"DESCRIBE TABLE {source}", output="JSONCompactEachRow")
    finally:
        session.close()
    return [(Column(name, spec), kind) for name, spec, kind, *_rest in map(json.loads, text.splitlines())]


class _Header:
    """Column names and types of a query, asked for when they are first needed."""

    def __init__(self, engine: Engine, database: str, sql: str) -> None:
        self._ask = (engine, database, f"({sql})")
        self._columns: Sequence[Column] | None = None

    @property
    def columns(self) -> Sequence[Column]:
        if self._columns is None:
            self._columns = [column for column, _kind in describe(*self._ask)]
        return self._columns

    def type_of(self, number: int) -> str:
        return self.columns[number].type

    def cover(self, raw: bytes) -> Block:
        """The block `raw` when its types cannot be walked; passed on as it is, unless it needed a repair."""
        if unclear := [column for column in self.columns if column.type.startswith("DateTime(")]:
            raise unsupported(f"{unclear[0].type} beside columns of types that cannot be walked")
        return Block(self.columns, 1, raw)
