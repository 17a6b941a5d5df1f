"""CSV files, whatever separates their cells: commas, semicolons or tabs."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from apps.links.importing.decoding import is_decoded, lines
from apps.links.importing.records import refusal
from apps.links.importing.sources import Head, Row
from apps.links.importing.values import plain

_SEPARATORS: Final = ",;\t"
_MAX_COLUMNS: Final = 200


class CsvFile:
    """A file whose first row names the columns."""

    kind = "csv"

    def __init__(self, path: Path) -> None:
        self._path = path

    def heads(self) -> Iterator[Head]:
        for names in self._names_and_rows(only_names=True):
            yield Head(frozenset(map(plain, names[1])) - {""})

    def rows(self, _head: Head) -> Iterator[Row]:
        rows = self._names_and_rows()
        names = next(rows)[1]
        for line, cells, problem in rows:
            if problem:
                yield line, refusal("unreadable_row", problem)
            elif len(cells) != len(names):
                message = _("This row has %(found)d cells, and the head has %(wanted)d.")
                yield line, refusal("wrong_cells", message % {"found": len(cells), "wanted": len(names)})
            elif not all(map(is_decoded, cells)):
                yield line, refusal("not_decoded", _("This row is in another encoding than the file. Save the file as UTF-8."))
            else:
                yield line, dict(zip(names, cells, strict=True))

    def _names_and_rows(self, *, only_names: bool = False) -> Iterator[tuple[int, list[str], str]]:
        """Line, cells, and why they cannot be read ("": they can). The first is the head."""
        pieces = lines(self._path)
        first = next(pieces, "")
        reader = csv.reader(chain([first], pieces), delimiter=max(_SEPARATORS, key=first.count))
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # The reader goes on with the next line.
                yield line, [], _("A cell of this row is too long, or a quotation mark is not closed.")
                continue
            if not cells:
                continue
            yield line, cells[:_MAX_COLUMNS], ""
            if only_names:
                return
