"""What other rooms add to the export and to the deletion of an account: they know this room, it does not know them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apps.accounts.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the export: its name, and what writes it for a user, piece by piece."""

    name: str
    write: Callable[[User], Iterator[bytes]]


# Called with workspaces that go with the account of their only member, and the present time. Called
# again when it has failed half-way.
Eraser = Callable[[Sequence[Workspace], datetime], None]

_parts: Final[dict[str, Part]] = {}
_erasers: Final[dict[str, Eraser]] = {}


def add_part(part: Part) -> None:
    """Have `part` in every export; in place of one that has its name."""
    _parts[part.name] = part


def add_eraser(name: str, eraser: Eraser) -> None:
    """Have `eraser` called before a user's row goes; in place of one that has its name."""
    _erasers[name] = eraser


def parts() -> Sequence[Part]:
    return tuple(_parts.values())


def erasers() -> Sequence[Eraser]:
    return tuple(_erasers.values())
