"""Files of links, written while they are sent."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import orjson

from apps.common.csv_files import table
from apps.links.exporting.records import COLUMNS, HASH

Records = Iterable[Sequence[Mapping[str, Any]]]
VERSION: Final = 1


class ExportFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON = "json"

    @property
    def content_type(self) -> str:
        return "text/csv; charset=utf-8" if self is ExportFormat.CSV else "application/json"


def written(format_: ExportFormat, records: Records, *, with_hash: bool) -> Iterator[bytes]:
    """The file in pieces, one for each block of records."""
    if format_ is ExportFormat.JSON:
        return _json(records)
    columns = (*COLUMNS, HASH) if with_hash else COLUMNS
    return table(columns, ([[_cell(name, record[name]) for name in columns] for record in block] for block in records))


def _json(records: Records) -> Iterator[bytes]:
    between = b""
    yield b'{"format":"shortener","version":%d,"links":[' % VERSION
    for block in records:
        yield between + b",\n".join(map(orjson.dumps, block))
        between = b",\n"
    yield b"]}\n"


def _cell(name: str, value: Any) -> object:
    if value is None or value in ([], {}):
        return ""
    if name == "tags":
        return ", ".join(value)
    if name == "aliases":
        return " ".join(value)
    return json.dumps(value) if isinstance(value, list | dict) else value
