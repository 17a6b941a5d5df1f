"""Places in an order of the links list, as addresses hold them."""

import re
from dataclasses import dataclass

_BIGINT = 2**63
_written = re.compile(r"(?P<position>-?[0-9]{1,19})\.(?P<link_id>[0-9]{1,19})\Z").match


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a link stands: its number in the order, and its id among those with the same number."""

    position: int
    link_id: int

    def __str__(self) -> str:
        return f"{self.position}.{self.link_id}"


def parse(text: str) -> Cursor | None:
    """The cursor that `str` has made; None for anything else."""
    found = _written(text)
    if found is None:
        return None
    cursor = Cursor(position=int(found["position"]), link_id=int(found["link_id"]))
    return cursor if -_BIGINT <= cursor.position < _BIGINT and cursor.link_id < _BIGINT else None
