"""Which visit a click belongs to, and whether it is its visitor's first on the link that day.

A visit is what one visitor does on one link without a pause of more than half an hour. All clicks on
a link come through one partition in their order, and what was stored before them is in ClickHouse;
so the same claim always finds the same visits, however often it is done.
"""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from apps.analytics.instants import milliseconds
from apps.analytics.rows import ClickRow
from apps.events.bus import Partition
from apps.events.ledger import Claim

GAP_MS = 30 * 60 * 1000
# Clicks of one question: 22 bytes for each in the text of a query, of which a server reads 256 KB.
_ASKED_AT_ONCE = 10_000
# Visitors that are remembered in each partition; others are asked for.
_REMEMBERED = 20_000
_64_BITS = 2**64 - 1

# Link and visitor; a visitor has another id on another day.
Key = tuple[int, int]


class Visit(NamedTuple):
    """The latest visit of a visitor to a link, and its last click in milliseconds since the epoch."""

    last_ms: int
    session_id: int


@dataclass(frozen=True, slots=True)
class Question:
    """Of which visitors on which links the latest visits are asked, among clicks within [`since`, `until`)
    other than `apart_from`."""

    links: Collection[int]
    visitors: Collection[int]
    since: datetime
    until: datetime
    apart_from: Set[UUID]


Find = Callable[[Question], Mapping[Key, Visit]]


@dataclass(slots=True)
class _Memory:
    """Visits of a partition as they were when all through offset `through` was done."""

    through: int
    visits: dict[Key, Visit] = field(default_factory=dict)


class Visits:
    """Marks the clicks of one consumer's claims; `find` asks what is stored."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._memories: dict[Partition, _Memory] = {}

    def mark(self, rows: Sequence[ClickRow], claim: Claim) -> tuple[list[ClickRow], Mapping[Key, Visit]]:
        """`rows` of `claim` with their visits, and these visits, for `remember`. Raises what `find` raises."""
        memory = self._memories.get(claim.partition)
        # Somebody else may have had the partition meanwhile.
        known = memory.visits if memory is not None and memory.through == claim.after else {}
        found: dict[Key, Visit] = {}
        for question in _questions(rows, known, is_replay=claim.is_replay):
            found.update(self._find(question))
        visits: dict[Key, Visit] = {}
        # What is known goes first: for other visitors' sake more may have been found, the claim's own clicks among it.
        return [_mark(row, visits, known, found) for row in rows], visits

    def remember(self, claim: Claim, visits: Mapping[Key, Visit]) -> None:
        """`claim` is done."""
        memory = self._memories.get(claim.partition)
        if memory is None or memory.through != claim.after or len(memory.visits) > _REMEMBERED:
            memory = self._memories[claim.partition] = _Memory(claim.after)
        memory.through = claim.last
        memory.visits.update(visits)


def _questions(rows: Sequence[ClickRow], known: Container[Key], *, is_replay: bool) -> Iterator[Question]:
    """What has to be asked to mark `rows`; clicks of one visitor are in one question."""
    new = [row for row in rows if not row.is_bot and (row.link_id, row.visitor_id) not in known]
    new.sort(key=attrgetter("visitor_id"))
    while new:
        end = _ASKED_AT_ONCE
        while end < len(new) and new[end].visitor_id == new[end - 1].visitor_id:
            end += 1
        yield _question(new[:end], is_replay=is_replay)
        del new[:end]


def _question(rows: Sequence[ClickRow], *, is_replay: bool) -> Question:
    times = [row.timestamp for row in rows]
    # The day of the earliest click, and the end of the latest one's: ids of visitors last no longer.
    since = min(times).replace(hour=0, minute=0, second=0, microsecond=0)
    until = max(times).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    # An earlier attempt may have stored some of the claim's own clicks.
    own = frozenset(row.event_id for row in rows) if is_replay else frozenset()
    return Question({row.link_id for row in rows}, {row.visitor_id for row in rows}, since, until, own)


def _mark(row: ClickRow, visits: dict[Key, Visit], *earlier: Mapping[Key, Visit]) -> ClickRow:
    if row.is_bot:
        return row
    key = (row.link_id, row.visitor_id)
    at = milliseconds(row.timestamp)
    last = visits.get(key) or next((found[key] for found in earlier if key in found), None)
    if last is None or at - last.last_ms > GAP_MS:
        visit = Visit(at, row.event_id.int & _64_BITS)
    else:
        # Clicks of several redirectors do not come quite in order.
        visit = Visit(max(at, last.last_ms), last.session_id)
    visits[key] = visit
    # As ClickRow._make does, without the call of it: each click comes by.
    return tuple.__new__(ClickRow, (*row[:-2], visit.session_id, last is None))
