"""From blocks of clicks to the bytes of a file."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from apps.analytics.exports.reading import COLUMNS, Row
from apps.analytics.models import ClickEvent
from apps.common.csv_cells import cell


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def content_type(self) -> str:
        return {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}[self]

    @property
    def is_available(self) -> bool:
        """Whether what writes it is installed; pyarrow, which writes Parquet, is as large as all else together."""
        return self is Format.CSV or find_spec("pyarrow") is not None


# Clicks of one row group of a Parquet file.
_ROW_GROUP = 50_000


def write(format_: Format, blocks: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """The file, piece by piece."""
    writers: Mapping[Format, Callable[[Iterable[Sequence[Row]]], Iterator[bytes]]] = {Format.CSV: _csv, Format.PARQUET: _parquet}
    return writers[format_](blocks)


def _csv(blocks: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for block in blocks:
        writer.writerows(map(cell, row) for row in block)
        yield _taken(buffer).encode()
    yield _taken(buffer).encode()


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._position += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def _parquet(blocks: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415 - an optional package, and a large one
    from pyarrow import parquet  # noqa: PLC0415

    schema = pa.schema([(name, _type(pa, name)) for name in COLUMNS])
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for rows in _gathered(blocks):
            columns = [list(map(_plain, values)) for values in zip(*rows, strict=True)]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=_ROW_GROUP)
            yield sink.take()
    yield sink.take()


def _gathered(blocks: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """Blocks joined to row groups: small ones make a file large and slow to read."""
    rows: list[Row] = []
    for block in blocks:
        rows.extend(block)
        if len(rows) >= _ROW_GROUP:
            yield rows
            rows = []
    if rows:
        yield rows


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _type(pa: Any, name: str) -> Any:
    types = {
        "UInt64Field": pa.uint64(),
        "UInt32Field": pa.uint32(),
        "DateTime64Field": pa.timestamp("ms", tz="UTC"),
        "BoolField": pa.bool_(),
    }
    return types.get(type(ClickEvent._meta.get_field(name)).__name__, pa.string())
