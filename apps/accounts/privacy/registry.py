"""What other rooms add to the export and to the deletion of an account: they know this room, it does not know them.

They name it by dotted path, and it is imported when it is used: a process for short domains needs none of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from apps.accounts.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the export: its name, and what writes it for a user, piece by piece."""

    name: str
    write: "Callable[[User], Iterator[bytes]]"


# Called with workspaces that go with the account of their only member, and the present time. Called
# again when it has failed half-way.
Eraser: TypeAlias = "Callable[[Sequence[Workspace], datetime], None]"

_parts: Final[dict[str, None]] = {}
_erasers: Final[dict[str, None]] = {}


def add_parts(path: str) -> None:
    """Have the sequence of parts that is found at `path` in every export."""
    _parts[path] = None


def add_eraser(path: str) -> None:
    """Have the eraser that is found at `path` called before a user's row goes."""
    _erasers[path] = None


def parts() -> "Sequence[Part]":
    return [part for path in _parts for part in import_string(path)]


def erasers() -> "Sequence[Eraser]":
    return [import_string(path) for path in _erasers]
