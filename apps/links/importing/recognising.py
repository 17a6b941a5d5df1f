"""Which format a file is in, and its links one after the other."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.links.errors import LinkError
from apps.links.importing.errors import FileBroken, ImportRefused
from apps.links.importing.formats import CSV, TABLES, Format, Joined, bitly, chhoto, dub, kutt, own, polr, shlink, sink, yourls
from apps.links.importing.records import FileRow
from apps.links.importing.sources import Head, Source
from apps.links.importing.sources.opening import open_file
from apps.links.importing.values import Values

_ALL: Final = (own, bitly, chhoto, dub, kutt, polr, shlink, sink, yourls)
FORMATS: Final[Mapping[str, Format]] = {module.FORMAT.name: module.FORMAT for module in _ALL}
# Of a table beside the links; a product has no more domains.
_MOST_JOINED: Final = 10_000


def recognise(path: Path) -> Format:
    """The one format that the file fits. Raises ImportRefused with the codes `unreadable_file`, and `unknown_format` when it
    fits none or several."""
    fitting: set[str] = set()
    try:
        source = open_file(path)
        for head in source.heads():
            fitting |= {found.name for found in FORMATS.values() if found.fits(source.kind, head)}
            if fitting:
                break
    except FileBroken as error:
        raise ImportRefused(str(error), code="unreadable_file", field="file") from None
    if len(fitting) != 1:
        message = _("This file is in no format that is known here for sure. Choose where it comes from.")
        raise ImportRefused(message, code="unknown_format", field="format")
    return FORMATS[fitting.pop()]


def read_links(path: Path, *, format_: Format) -> Iterator[FileRow]:
    """The links of the file. Raises FileBroken where it cannot be read on, or has nothing that fits the format."""
    source = open_file(path)
    head = next((head for head in source.heads() if format_.fits(source.kind, head) or source.kind not in TABLES), None)
    if head is None:
        raise FileBroken(_("The file has no links in the format of %(label)s.") % {"label": format_.label})
    beside = _beside(source, format_.joined) if format_.joined and source.kind != CSV else {}
    for line, values in source.rows(head):
        yield FileRow(line, values if isinstance(values, LinkError) else _record(format_, source, values, beside))


def _record(format_: Format, source: Source, values: Any, beside: dict[str, str]) -> Any:
    if format_.is_ours and source.kind == CSV:
        values = {name: unmarked(value) for name, value in values.items()}
    if beside and format_.joined:
        values = {**values, format_.joined.into: beside.get(str(Values(values).raw(format_.joined.of)), "")}
    try:
        return format_.read(Values(values))
    except LinkError as error:
        return error


def unmarked(text: str) -> str:
    """A cell of ours without the mark that `apps.common.csv_cells` may have put in front of it."""
    return text.removeprefix("'")


def _beside(source: Source, joined: Joined) -> dict[str, str]:
    """The values of the table beside the links, by key; none where there is no such table."""
    head: Head | None = next((head for head in source.heads() if joined.names <= head.names), None)
    found: dict[str, str] = {}
    for _line, row in source.rows(head) if head and head.place else ():
        if not isinstance(row, LinkError) and len(found) < _MOST_JOINED:
            values = Values(row)
            found[str(values.raw(joined.key))] = str(values.raw(joined.value) or "")
    return found
