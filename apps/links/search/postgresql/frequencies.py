"""How common lexemes are, by PostgreSQL's own statistics of the search table."""

import time
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from django.db.backends.utils import CursorWrapper

# Statistics change slowly, with the table's autovacuum (s).
_KEPT_SECONDS: Final = 600.0
_COMMONEST: Final = """
SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats
WHERE schemaname = current_schema() AND tablename = 'links_searchtext' AND attname = 'lexemes'
"""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Shares of all links that have a lexeme (0 to 1), of the commonest ones; others are rare."""

    shares: Mapping[str, float]
    ordered: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ordered", sorted(self.shares))

    def of(self, lexeme: str) -> float:
        """Of links that have `lexeme`."""
        return self.shares.get(lexeme, 0.0)

    def of_beginning(self, beginning: str) -> float:
        """Of links with lexemes that begin so; too large where links have several of them."""
        first = bisect_left(self.ordered, beginning)
        following = (self.ordered[index] for index in range(first, len(self.ordered)))
        return sum(self.shares[lexeme] for lexeme in takewhile(lambda lexeme: lexeme.startswith(beginning), following))


class _Kept:
    """The statistics that this process has read last."""

    def __init__(self) -> None:
        self._frequencies = Frequencies({})
        self._until = 0.0

    def get(self, cursor: CursorWrapper) -> Frequencies:
        if time.monotonic() >= self._until:
            self._frequencies = _read(cursor)
            self._until = time.monotonic() + _KEPT_SECONDS
        return self._frequencies


_kept = _Kept()
read = _kept.get


def _read(cursor: CursorWrapper) -> Frequencies:
    cursor.execute(_COMMONEST)
    row = cursor.fetchone()
    if row is None or row[0] is None:
        return Frequencies({})
    # The list of frequencies ends with three bounds that belong to no lexeme.
    return Frequencies(dict(zip(row[0], row[1], strict=False)))
