"""The audit log as a CSV file."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts.audit.texts import Shown
from apps.common.csv_cells import cell

COLUMNS: Final = (
    "occurred_at",
    "actor",
    "via",
    "action",
    "target_type",
    "target_id",
    "target",
    "before",
    "after",
    "address",
    "request_id",
    "api_key",
)


def write(blocks: Iterable[Sequence[Shown]]) -> Iterator[bytes]:
    """The file, piece by piece, with times in UTC; no cell does anything in a spreadsheet."""
    yield _lines([COLUMNS])
    for block in blocks:
        yield _lines([map(cell, _values(shown)) for shown in block])


def _values(shown: Shown) -> Sequence[Any]:
    row = shown.row
    return (
        row.occurred_at,
        shown.actor,
        row.via,
        row.action,
        row.target_type,
        row.target_id,
        row.target_label,
        _json(row.before),
        _json(row.after),
        shown.address,
        shown.request_id,
        shown.api_key,
    )


def _json(values: Any) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False) if values else ""


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(errors="backslashreplace")
