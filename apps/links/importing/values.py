"""The values of one row by name, whatever the file: names are compared without case, blanks, `_` and `-`."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.links.importing.records import refusal

# Above what any rule allows, so that those give the reason, and no huge text is worked on.
MAX_TEXT: Final = 200_000
MAX_COUNT: Final = 2**53
_MILLISECONDS: Final = 10**11
_NOTHING: Final = frozenset({"", "null", "none", "never", "-", r"\n", "0000-00-00 00:00:00"})
_YES: Final = frozenset({"1", "true", "t", "yes", "y", "on"})
_NO: Final = frozenset({"", "0", "false", "f", "no", "n", "off", "null"})
_short = re.compile(r"[\s_-]+").sub
_is_whole = re.compile(r"\+?\d{1,16}(?:\.0*)?\Z").match


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """`name` as it is compared."""
    return _short("", name).lower()


class Values:
    """What a row holds. Missing names read as empty; raises LinkError for what cannot be read as asked."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {plain(name): value for name, value in values.items()}

    def raw(self, *names: str) -> Any:
        """The first of `names` that is there and not empty, as it is in the file."""
        return next((value for name in names if (value := self._values.get(plain(name))) not in (None, "")), None)

    def text(self, *names: str) -> str:
        value = self.raw(*names)
        if value is None:
            return ""
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise refusal("not_text", _("“%(name)s” is not a text.") % {"name": names[0]})
        text = str(value)
        if len(text) > MAX_TEXT:
            raise refusal("too_long", _("“%(name)s” is too long.") % {"name": names[0]})
        return text

    def words(self, separators: str, *names: str) -> list[str]:
        """A list, or a text cut at any of `separators`; without empty ones."""
        value = self.raw(*names)
        if isinstance(value, list):
            parts = [item.get("name", "") if isinstance(item, Mapping) else item for item in value]
            return [part for part in parts if isinstance(part, str) and part.strip()]
        return [part.strip() for part in re.split(f"[{re.escape(separators)}]", self.text(*names)) if part.strip()]

    def whole(self, *names: str) -> int | None:
        """A whole number that is not negative; None where there is none."""
        text = self.text(*names).strip()
        if text.lower() in _NOTHING:
            return None
        if not _is_whole(text) or (number := int(text.partition(".")[0])) > MAX_COUNT:
            raise refusal("not_a_number", _("“%(name)s” is not a whole number: %(text)s") % {"name": names[0], "text": text[:40]})
        return number

    def count(self, *names: str) -> int:
        return self.whole(*names) or 0

    def flag(self, *names: str, usual: bool = False) -> bool:
        value = self.raw(*names)
        if value is None:
            return usual
        text = str(value).strip().lower()
        if text not in _YES | _NO:
            raise refusal("not_a_flag", _("“%(name)s” is neither yes nor no: %(text)s") % {"name": names[0], "text": text[:40]})
        return text in _YES

    def moment(self, *names: str) -> datetime | None:
        """ISO 8601, `2026-11-24 12:00:00`, or seconds or milliseconds since 1970; None where there is none."""
        text = self.text(*names).strip()
        if text.lower() in _NOTHING:
            return None
        try:
            found = _since_1970(int(text)) if text.isascii() and text.isdigit() else datetime.fromisoformat(text.removesuffix(" UTC"))
            return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
        except (ValueError, OverflowError, OSError):
            message = _("“%(name)s” is not a time: %(text)s") % {"name": names[0], "text": text[:40]}
            raise refusal("not_a_time", message) from None

    def json(self, *names: str) -> Any:
        """A value of JSON, which may be written as a text; None where there is none."""
        value = self.raw(*names)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise refusal("not_json", _("“%(name)s” is not JSON.") % {"name": names[0]}) from None


def _since_1970(number: int) -> datetime | None:
    """0 stands for no time."""
    if number == 0:
        return None
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, tz=UTC)
