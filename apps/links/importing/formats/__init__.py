"""The formats that are read: how each is recognised, and what its names mean. One module each; COLUMNS are in README.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from apps.links.importing.records import LinkRecord
from apps.links.importing.sources import Head
from apps.links.importing.values import Values

CSV: Final = "csv"
JSON: Final = "json"
# Tables of SQL dumps and of SQLite files.
TABLES: Final = ("sql", "sqlite")
Names = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A table beside the links: `names` tell it, `of` is the value of a link that is its key, and `value` what is taken out of
    it, as `into`."""

    names: Names
    key: str
    value: str
    of: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`heads` are names by form of the file (csv, json, sql): a file that has all of one set is in this format.
    `read` makes a link of a row and raises LinkError. `is_ours`: cells may have a mark that CSV of ours gets."""

    name: str
    label: str
    heads: Mapping[str, Sequence[Names]] = field(default_factory=dict)
    read: Callable[[Values], LinkRecord]
    joined: Joined | None = None
    is_ours: bool = False

    def fits(self, kind: str, head: Head) -> bool:
        """Whether rows of a file of this form under `head` are in this format."""
        form = "sql" if kind in TABLES else kind
        return any(names <= head.names for names in self.heads.get(form, ()))


def names(text: str) -> Names:
    """Names out of a text with blanks between them, as `values.plain` has them."""
    return frozenset(text.split())
