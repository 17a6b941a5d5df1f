"""The audit log as a CSV file."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts.audit.texts import Shown
from apps.common.csv_files import table

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
    """The file, piece by piece, with times in UTC."""
    return table(COLUMNS, (map(_values, block) for block in blocks))


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
