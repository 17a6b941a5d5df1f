"""Searching in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from apps.links.search.engine import SearchUnavailable
from apps.links.search.highlighting import highlights
from apps.links.search.postgresql import facets
from apps.links.search.postgresql.asking import Asked
from apps.links.search.postgresql.finding import Found, find
from apps.links.search.postgresql.misspellings import meanings
from apps.links.search.postgresql.ranking import score
from apps.links.search.query import TIMEOUT_SECONDS, SearchQuery, Sort
from apps.links.search.results import Facets, Hit, SearchResult, ServedBy

# Each costs some microseconds.
_MOST_RANKED: Final = 1_000
_PLACE: Final = """
SELECT link.id FROM links_link link JOIN links_domain domain ON domain.id = link.domain_id
WHERE domain.hostname = %(hostname)s AND link.code = %(code)s
UNION
SELECT alias.link_id FROM links_alias alias JOIN links_domain domain ON domain.id = alias.domain_id
WHERE domain.hostname = %(hostname)s AND alias.code = %(code)s
"""
# Rows are read as they are now: what has left the workspaces since its text was written is not shown.
_PAGE: Final = """
SELECT best.link_id, best.score, link.code, link.destination_url, link.title, link.description,
    ARRAY(SELECT tag.name FROM links_linktag tagged JOIN links_tag tag ON tag.id = tagged.tag_id
        WHERE tagged.link_id = link.id ORDER BY tag.name)
FROM (
    SELECT link_id, score, row_number() OVER (ORDER BY {order}) AS place
    FROM (SELECT link_id, created_at, {score} AS score FROM links_searchtext WHERE link_id = ANY(%(found)s)) scored
    ORDER BY place LIMIT %(size)s OFFSET %(first)s
) best JOIN links_link link ON link.id = best.link_id
WHERE %(workspaces)s::bigint[] IS NULL OR link.workspace_id = ANY(%(workspaces)s)
ORDER BY best.place
"""
_ORDERS: Final[Mapping[Sort, str]] = {
    Sort.RELEVANCE: "score DESC, created_at DESC, link_id DESC",
    Sort.NEWEST: "created_at DESC, link_id DESC",
    Sort.OLDEST: "created_at, link_id",
}


class PostgresSearch:
    """A few statements, each by an index and bounded, which together end in time."""

    name = ServedBy.POSTGRESQL

    def search(self, query: SearchQuery, /) -> SearchResult:
        """See SearchEngine."""
        try:
            with _in_time() as cursor:
                return _search(cursor, query)
        except (OperationalError, InterfaceError) as error:
            raise SearchUnavailable(f"{type(error).__name__}: {error}") from error


def _search(cursor: CursorWrapper, query: SearchQuery) -> SearchResult:
    asked = Asked.of(query)
    asked = Asked(query, asked.words, meanings(cursor, asked.words))
    places = _places(cursor, asked)
    found = find(cursor, asked, places)
    return SearchResult(
        hits=[] if query.is_too_deep else _page(cursor, asked, found, places),
        total=len(found.link_ids),
        is_total_exact=found.is_all,
        served_by=ServedBy.POSTGRESQL,
        facets=facets.count(cursor, found.link_ids, query) if query.with_facets else Facets(),
    )


def _places(cursor: CursorWrapper, asked: Asked) -> Sequence[int]:
    """The link whose short URL was typed, wherever it is."""
    if not (place := asked.place):
        return ()
    cursor.execute(_PLACE, {"hostname": place.hostname, "code": place.code})
    return [link_id for (link_id,) in cursor.fetchall()]


def _page(cursor: CursorWrapper, asked: Asked, found: Found, places: Sequence[int]) -> Sequence[Hit]:
    query = asked.query
    ranked, parameters = score(asked, places) if query.text else ("0.0", {})
    order = _ORDERS[query.sort if query.text else _without_words(query.sort)]
    values: dict[str, Any] = {
        "found": _candidates(asked, found),
        "workspaces": None if asked.workspaces is None else list(asked.workspaces),
    }
    pages = {"size": query.size, "first": query.first}
    cursor.execute(_PAGE.format(score=ranked, order=order), parameters | values | pages)
    return [_hit(row, asked.words) for row in cursor.fetchall()]


def _candidates(asked: Asked, found: Found) -> list[int]:
    """The links that are put in order: of very many the newest, which have the largest ids, and those that were typed as they are."""
    query = asked.query
    most = max(_MOST_RANKED, query.first + query.size)
    if not query.text or query.sort is not Sort.RELEVANCE or len(found.link_ids) <= most:
        return list(found.link_ids)
    return [*sorted(found.link_ids)[-most:], *found.exact]


def _without_words(sort: Sort) -> Sort:
    return Sort.NEWEST if sort is Sort.RELEVANCE else sort


def _hit(row: Sequence[Any], wanted: Sequence[str]) -> Hit:
    link_id, worth, code, destination_url, title, description, tags = row
    shown = highlights(wanted, code=code, destination_url=destination_url, title=title, description=description, tags=tags)
    return Hit(link_id=link_id, score=float(worth), highlights=shown)


@contextmanager
def _in_time() -> Iterator[CursorWrapper]:
    """A cursor whose statements end after TIMEOUT_SECONDS, in a transaction of their own or a part of the one under way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(TIMEOUT_SECONDS * 1000)}")
        # A few more links than fit into the default, and each page of the table would be looked through.
        cursor.execute("SET LOCAL work_mem = '32MB'")
        yield cursor
        cursor.execute("SET LOCAL work_mem TO DEFAULT")
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
