"""Which links are on a page of a list, and how many there are, by indexes alone.

A list is cut into places: one for each state and domain in it. In each of the indexes the rows of a place lie in order, so
a page is made of the first rows of each place, however many rows there are, wherever the page is, and whatever the planner
thinks of the filters. The work grows with the number of places only; a workspace with a hundred domains has some hundreds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from apps.links.listed.cursors import Cursor
from apps.links.listed.models import NO_TAG

# Nobody wants to know more exactly how much there is of what goes on and on.
MAX_COUNT = 10_000

# With the domains that occur, each found by one look into an index behind the last one.
_PLACES = """
WITH RECURSIVE places (state, domain_id) AS (
  (SELECT state, domain_id FROM links_listedlink
    WHERE workspace_id = %(workspace_id)s AND tag_id = %(tag_id)s AND state >= %(first_state)s AND state <= %(last_state)s
    ORDER BY workspace_id, tag_id, state, domain_id LIMIT 1)
  UNION ALL
  SELECT later.state, later.domain_id FROM places CROSS JOIN LATERAL (
    SELECT listed.state, listed.domain_id FROM links_listedlink AS listed
    WHERE listed.workspace_id = %(workspace_id)s AND listed.tag_id = %(tag_id)s AND listed.state <= %(last_state)s
      AND (listed.state, listed.domain_id) > (places.state, places.domain_id)
    ORDER BY listed.workspace_id, listed.tag_id, listed.state, listed.domain_id LIMIT 1) AS later
)"""
_PLACES_OF_DOMAIN = """
WITH places (state, domain_id) AS (
  SELECT state::smallint, %(domain_id)s::bigint FROM generate_series(%(first_state)s, %(last_state)s) AS state
)"""
_PAGE = """
SELECT found.link_id, found.position FROM places CROSS JOIN LATERAL (
  SELECT listed.link_id, listed.{column} AS position FROM links_listedlink AS listed
  WHERE listed.workspace_id = %(workspace_id)s AND listed.tag_id = %(tag_id)s
    AND listed.state = places.state AND listed.domain_id = places.domain_id{bound}
  ORDER BY listed.{column} {direction}, listed.link_id {direction} LIMIT %(limit)s) AS found
ORDER BY found.position {direction}, found.link_id {direction} LIMIT %(limit)s"""
_BOUND = " AND (listed.{column}, listed.link_id) {sign} (%(position)s, %(link_id)s)"
_COUNT = """
SELECT count(*) FROM (
  SELECT FROM places CROSS JOIN LATERAL (
    SELECT FROM links_listedlink AS listed
    WHERE listed.workspace_id = %(workspace_id)s AND listed.tag_id = %(tag_id)s
      AND listed.state = places.state AND listed.domain_id = places.domain_id
    ORDER BY listed.created LIMIT %(limit)s) AS found
  LIMIT %(limit)s) AS counted"""

# Estimates do not know that tags, states and domains go together: where few rows are expected and many are there, PostgreSQL
# would collect and sort them all. Without these ways it takes the index that has the rows in order, as it should. (What it
# may not do counts as dear, and for dear plans older versions compile code first.)
_SETTINGS: Final = ("enable_seqscan", "enable_bitmapscan", "enable_sort", "jit")

# The column that an order goes by, and whether it goes up.
_ORDERS: Final = {
    "-created_at": ("created", False),
    "created_at": ("created", True),
    "-click_count": ("clicks", False),
    "expires_at": ("expiry", False),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """Links of a workspace: those under a tag, on a domain (None: on any), in one of the states from first to last."""

    workspace_id: int
    states: Sequence[int]
    tag_id: int = NO_TAG
    domain_id: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        first, last = min(self.states), max(self.states)
        names = {"workspace_id": self.workspace_id, "tag_id": self.tag_id, "domain_id": self.domain_id}
        return {**names, "first_state": first, "last_state": last}

    @property
    def places(self) -> str:
        return _PLACES if self.domain_id is None else _PLACES_OF_DOMAIN


def page_statement(listing: Listing, *, sort: str, cursor: Cursor | None, backwards: bool, limit: int) -> tuple[str, dict[str, Any]]:
    """The SQL of `find`, and its parameters."""
    column, upwards = _ORDERS[sort]
    upwards = upwards != backwards
    bound = _BOUND.format(column=column, sign=">" if upwards else "<") if cursor else ""
    statement = listing.places + _PAGE.format(column=column, bound=bound, direction="ASC" if upwards else "DESC")
    place = {"position": cursor.position, "link_id": cursor.link_id} if cursor else {}
    return statement, {**listing.parameters, **place, "limit": limit}


@contextmanager
def in_order_of_indexes() -> Iterator[None]:
    """A transaction, or a part of the present one, in which PostgreSQL reads rows in the order of an index or not at all."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_switch("off"))
        yield
        cursor.execute(_switch("on"))


def _switch(value: str) -> str:
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name in _SETTINGS)


def find(listing: Listing, *, sort: str, cursor: Cursor | None = None, backwards: bool = False, limit: int) -> list[Cursor]:
    """Where the first `limit` links behind `cursor` (None: from the start) are in the order `sort`; `backwards`: those
    before it (None: the last ones). In the order of the list either way. Called in `in_order_of_indexes`."""
    statement, parameters = page_statement(listing, sort=sort, cursor=cursor, backwards=backwards, limit=limit)
    with connection.cursor() as database:
        database.execute(statement, parameters)
        found = [Cursor(position=position, link_id=link_id) for link_id, position in database.fetchall()]
    return found[::-1] if backwards else found


def count_statement(listing: Listing) -> tuple[str, dict[str, Any]]:
    """The SQL of `count`, and its parameters."""
    return listing.places + _COUNT, {**listing.parameters, "limit": MAX_COUNT + 1}


def count(listing: Listing) -> int:
    """The number of links; MAX_COUNT + 1 stands for all numbers above. Called in `in_order_of_indexes`."""
    with connection.cursor() as database:
        database.execute(*count_statement(listing))
        return int(database.fetchone()[0])
