"""What commands print: tables that line up, or JSON for programs."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

_WIDEST: Final = 60


def shown(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> str:
    """A list of objects, or a table with a line for each; nothing for no rows."""
    if as_json:
        return json.dumps([{name: _plain(value) for name, value in row.items()} for row in rows], ensure_ascii=False, indent=2)
    names = list(rows[0]) if rows else []
    lines = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _cell(value: Any) -> str:
    """A value on one line: nothing in it moves the cursor of a terminal."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = "".join(one if one.isprintable() else "�" for one in text)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else not unicodedata.combining(one) for one in text)
