"""Files by their form: rows of values by name, out of CSV, JSON, SQL dumps and SQLite files.

Nothing of a file is ever executed, and none is held in memory as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from apps.links.errors import LinkError

Row = tuple[int, Mapping[str, Any] | LinkError]


@dataclass(frozen=True, slots=True)
class Head:
    """A kind of rows that a file has: the names of their values (as `values.plain` has them), and where they are."""

    names: frozenset[str]
    place: str = ""


class Source(Protocol):
    """A file that rows can be read from. All raise FileBroken where it cannot be read on."""

    kind: str

    def heads(self) -> Iterator[Head]:
        """What it holds, in the order of the file."""

    def rows(self, head: Head) -> Iterator[Row]:
        """The rows under `head` in the order of the file, each with its line, or its number where there are no lines."""
