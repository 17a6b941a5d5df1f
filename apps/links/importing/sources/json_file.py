"""JSON files: a list of objects, or an object with such a list in it, as APIs answer; several answers may follow one another."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import ijson
from django.utils.translation import gettext as _

from apps.links.importing.decoding import Utf8
from apps.links.importing.errors import FileBroken
from apps.links.importing.records import refusal
from apps.links.importing.sources import Head, Row
from apps.links.importing.values import plain

# Lists of links in files of ours and in answers of APIs.
_LISTS: Final = ("item", "links.item", "data.item", "result.item", "shortUrls.data.item")
# The list of YOURLS is an object with names such as link_1.
_NUMBERED: Final = "links"
_DEPTH: Final = 32
_STEPS: Final = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


class JsonFile:
    """Objects of a list; rows have numbers in place of lines."""

    kind = "json"

    def __init__(self, path: Path) -> None:
        self._path = path

    def heads(self) -> Iterator[Head]:
        with self._reading() as file:
            place, inside, names = "", "", set[str]()
            for prefix, event, value in _events(file):
                if not place and event == "start_map":
                    place, inside = _place(prefix), prefix
                elif place and prefix == inside and event == "map_key":
                    names.add(plain(value))
                elif place and prefix == inside and event == "end_map":
                    yield Head(frozenset(names), place)
                    return

    def rows(self, head: Head) -> Iterator[Row]:
        with self._reading() as file:
            read = ijson.kvitems if head.place == _NUMBERED else ijson.items
            for number, found in enumerate(read(_events(file), head.place), start=1):
                value = found[1] if head.place == _NUMBERED else found
                if isinstance(value, dict):
                    yield number, {name: _plain_number(item) for name, item in value.items()}
                else:
                    yield number, refusal("unreadable_row", _("This is not an object with the values of a link."))

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        """Raises FileBroken for what is no JSON, or none any more."""
        with io.BufferedReader(Utf8(self._path)) as file:
            try:
                yield file
            except (ijson.JSONError, ValueError, RecursionError) as error:
                message = _("The file is not whole, or is not JSON: %(problem)s") % {"problem": str(error).split("\n")[0][:200]}
                raise FileBroken(message) from error


def _place(prefix: str) -> str:
    """The list that an object at `prefix` is in; "" for none that has links."""
    if prefix in _LISTS:
        return prefix
    return _NUMBERED if prefix.startswith(f"{_NUMBERED}.link_") and prefix.count(".") == 1 else ""


def _events(file: Any) -> Iterator[tuple[str, str, Any]]:
    """What the parser meets, with the names that lead there; these grow with the depth, and work with its square."""
    return cast("Iterator[tuple[str, str, Any]]", ijson.parse(_shallow(ijson.basic_parse(file, multiple_values=True))))


def _shallow(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    depth = 0
    for event in events:
        depth += _STEPS.get(event[0], 0)
        if depth > _DEPTH:
            raise ValueError(_("lists and objects are nested too deep"))
        yield event


def _plain_number(value: Any) -> Any:
    return (int(value) if value == value.to_integral_value() else float(value)) if isinstance(value, Decimal) else value
