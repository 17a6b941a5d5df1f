"""CSV files that are written while they are sent."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from apps.common.csv_cells import cell


def table(columns: Sequence[str], blocks: Iterable[Iterable[Sequence[object]]]) -> Iterator[bytes]:
    """A file with `columns` as its head, a piece for each block of rows; no cell does anything in a spreadsheet."""
    yield _lines([columns])
    for block in blocks:
        yield _lines(block)


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(map(cell, row) for row in rows)
    return buffer.getvalue().encode(errors="backslashreplace")
