"""Whether the index has what PostgreSQL has: id by id and version by version, in one pass over both."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from apps.links.models import Link
from apps.links.search.elastic import indices
from apps.links.search.elastic.client import as_a_sink, get_client
from apps.links.search.elastic.document import TOMBSTONE_VERSION
from apps.links.search.elastic.writing import write
from apps.links.search.metrics import REPAIRED

# Rows and documents that are read at a time.
_PAGE: Final = 5_000
# Differences are looked at again after this time (s): a change may have been on its way.
SETTLE_SECONDS: Final = 3.0
_KEPT_ALIVE: Final = "2m"

Version = tuple[int, int]  # of a link: id and version


class Difference(StrEnum):
    """MISSING and OUTDATED: the index is behind. SURPLUS: the row is gone. AHEAD: the index knows of a version that
    PostgreSQL does not have, as after a backup was restored; only a rebuild mends that."""

    MISSING = "missing"
    OUTDATED = "outdated"
    SURPLUS = "surplus"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Comparison:
    links: int
    differences: dict[int, Difference] = field(default_factory=dict)

    def ids(self, *kinds: Difference) -> Sequence[int]:
        """Links that differ in one of these ways."""
        return [link_id for link_id, difference in self.differences.items() if difference in kinds]


def compare(*, settle_seconds: float | None = None, advance: Callable[[int], None] = lambda _done: None) -> Comparison:
    """How the index that is searched differs from PostgreSQL; `advance` is told of links as they are compared.

    What differs at first is compared again after `settle_seconds` (SETTLE_SECONDS). Raises SinkUnavailable.
    """
    index, links = indices.searched(), 0
    found: dict[int, Difference] = {}
    for link_id, stored, indexed in _joined(_rows(), _documents(index)):
        links += stored is not None
        if difference := _difference(stored, indexed):
            found[link_id] = difference
        if links % _PAGE == 0 and stored is not None:
            advance(_PAGE)
    if found:
        time.sleep(SETTLE_SECONDS if settle_seconds is None else settle_seconds)
        found = _again(sorted(found), index)
    return Comparison(links, found)


def repair(comparison: Comparison) -> Sequence[int]:
    """Write anew what is behind or gone; returns what remains to be done by a rebuild. Raises SinkUnavailable and IndexGone."""
    behind = comparison.ids(Difference.MISSING, Difference.OUTDATED, Difference.SURPLUS)
    written = indices.written()
    for first in range(0, len(behind), _PAGE):
        REPAIRED.inc(write(behind[first : first + _PAGE], indices=written).taken)
    return comparison.ids(Difference.AHEAD)


def _difference(stored: int | None, indexed: int | None) -> Difference | None:
    """Between the versions of a link in PostgreSQL and in the index."""
    if stored is None:
        return Difference.SURPLUS if indexed != TOMBSTONE_VERSION else None
    if indexed is None:
        return Difference.MISSING
    if indexed == stored:
        return None
    return Difference.OUTDATED if indexed < stored else Difference.AHEAD


def _joined(rows: Iterator[Version], documents: Iterator[Version]) -> Iterator[tuple[int, int | None, int | None]]:
    """Versions by id in both of two streams that ascend; None where there is no such id."""
    row, document = next(rows, None), next(documents, None)
    while row or document:
        if document is None or (row is not None and row[0] < document[0]):
            assert row is not None
            yield row[0], row[1], None
            row = next(rows, None)
        elif row is None or document[0] < row[0]:
            yield document[0], None, document[1]
            document = next(documents, None)
        else:
            yield row[0], row[1], document[1]
            row, document = next(rows, None), next(documents, None)


def _again(link_ids: Sequence[int], index: str) -> dict[int, Difference]:
    """The differences that are still there, of links that differed a moment ago."""
    if index:
        get_client().indices.refresh(index=index)
    found = {}
    for first in range(0, len(link_ids), _PAGE):
        page = link_ids[first : first + _PAGE]
        # The index first: what changes between the two looks behind, which does no harm.
        indexed = dict(_documents(index, page))
        stored = dict(Link.objects.filter(pk__in=page).values_list("pk", "version"))
        for link_id in page:
            if difference := _difference(stored.get(link_id), indexed.get(link_id, TOMBSTONE_VERSION if link_id not in stored else None)):
                found[link_id] = difference
    return found


def _rows() -> Iterator[Version]:
    last = 0
    while page := list(Link.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "version")[:_PAGE]):
        yield from page
        last = page[-1][0]


def _documents(index: str, link_ids: Iterable[int] | None = None) -> Iterator[Version]:
    """Ids and versions in `index`, all or those of `link_ids`, as it was when this began."""
    if not index:
        return
    client = get_client()
    query = {"match_all": {}} if link_ids is None else {"terms": {"link_id": list(link_ids)}}
    with as_a_sink():
        point = client.open_point_in_time(index=index, keep_alive=_KEPT_ALIVE)["id"]
        after: list[int] | None = None
        try:
            while True:
                hits = client.search(
                    pit={"id": point, "keep_alive": _KEPT_ALIVE},
                    query=query,
                    sort=[{"link_id": "asc"}],
                    search_after=after,
                    size=_PAGE,
                    source=False,
                    docvalue_fields=[{"field": "link_id"}, {"field": "version"}],
                    track_total_hits=False,
                )["hits"]["hits"]
                for hit in hits:
                    yield hit["fields"]["link_id"][0], hit["fields"]["version"][0]
                if len(hits) < _PAGE:
                    return
                after = hits[-1]["sort"]
        finally:
            client.close_point_in_time(id=point)
