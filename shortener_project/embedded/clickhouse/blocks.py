"""Blocks of columns in the Native format.

A block tells its columns and rows but not its length, so its end is found by walking it. Values are
stepped over and passed on as they came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shortener_project.embedded.clickhouse.layout import layout_of
from shortener_project.embedded.clickhouse.wire import Reader, write_string, write_varint


class Column(NamedTuple):
    """Name and ClickHouse type of a column."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length. `raw` is the block as the Native format writes it."""

    columns: Sequence[Column]
    rows: int
    raw: bytes


def header_block(columns: Sequence[Column]) -> bytes:
    """A block without rows: clients take column names and types from the first one that they get."""
    body = b"".join(write_string(column.name) + write_string(column.type) for column in columns)
    return write_varint(len(columns)) + write_varint(0) + body


def read_block(reader: Reader, *, full_type: Callable[[int], str] | None = None) -> Block:
    """The next block of `reader`. Raises EngineError when a column's type cannot be walked.

    chDB writes blocks as for a client of the protocol's first revision, which knew no time zone in a
    type: DateTime('UTC') becomes DateTime, and clients would read it in a zone of their own.
    `full_type` gives the type of a column by its number, and is asked for such columns only.
    """
    reader.compact()
    column_count, rows = reader.varint(), reader.varint()
    columns = []
    for number in range(column_count):
        name, type_at = reader.string().decode(), reader.position
        spec = reader.string().decode()
        if spec == "DateTime" and full_type:
            spec = full_type(number)
            reader.buffer[type_at : reader.position] = written = write_string(spec)
            reader.position = type_at + len(written)
        columns.append(Column(name, spec))
        if rows:
            layout = layout_of(spec)
            layout.skip_prefix(reader)
            layout.skip(reader, rows)
    return Block(columns, rows, reader.cut(0))
