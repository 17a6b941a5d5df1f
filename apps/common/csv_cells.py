"""Cells of CSV files that no spreadsheet takes for a formula."""

import unicodedata
from datetime import datetime

# What a spreadsheet begins a formula with, or skips before one; also in full width.
_STARTERS = frozenset("=+-@\t\r\n\0＝＋－＠")
# A cell that begins with one would lose it to whoever takes ours away.
_GUARD = "'"
# Categories of characters that are not seen: controls, marks of direction, spaces.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def cell(value: object) -> str:
    """`value` as it is written. A text that might do something gets an apostrophe in front; taken away, it is the text again."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return _GUARD + text if text and _might_act(text) else text


def _might_act(text: str) -> bool:
    if text[0].isascii() and text[0].isalnum():
        return False
    first = next((character for character in text if unicodedata.category(character) not in _UNSEEN), "")
    return text[0] in _STARTERS or text[0] == _GUARD or first in _STARTERS
