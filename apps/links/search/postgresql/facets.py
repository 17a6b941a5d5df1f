"""Counting what was found."""

from collections.abc import Sequence
from typing import Final

from django.db.backends.utils import CursorWrapper

from apps.links.search.postgresql.asking import STATE
from apps.links.search.query import SearchQuery
from apps.links.search.results import MAX_FACETS, MAX_MONTHS, FacetCount, Facets

# Links that are counted, the newest of those found: each is read from the table.
_MOST: Final = 1_000
_COUNT: Final = f"""
WITH found AS MATERIALIZED (
    SELECT link.id, link.domain_id, {STATE} AS state, date_trunc('month', link.created_at, %(timezone)s) AS month
    FROM links_link link WHERE link.id = ANY(%(links)s)
)
(
    SELECT 'tags', tag.name, count(*)
    FROM found JOIN links_linktag tagged ON tagged.link_id = found.id JOIN links_tag tag ON tag.id = tagged.tag_id
    GROUP BY tag.name ORDER BY count(*) DESC, tag.name LIMIT {MAX_FACETS}
) UNION ALL (
    SELECT 'hostnames', domain.hostname, count(*)
    FROM found JOIN links_domain domain ON domain.id = found.domain_id
    GROUP BY domain.hostname ORDER BY count(*) DESC, domain.hostname LIMIT {MAX_FACETS}
) UNION ALL (
    SELECT 'states', state, count(*) FROM found GROUP BY state ORDER BY count(*) DESC, state
) UNION ALL (
    SELECT 'months', to_char(month AT TIME ZONE %(timezone)s, 'YYYY-MM'), count(*)
    FROM found GROUP BY month ORDER BY month DESC LIMIT {MAX_MONTHS}
)
"""  # noqa: S608 - only constants of ours


def count(cursor: CursorWrapper, link_ids: Sequence[int], query: SearchQuery) -> Facets:
    """Facets of these links, of the newest where they are very many."""
    cursor.execute(_COUNT, {"links": sorted(link_ids)[-_MOST:], "now": query.now, "timezone": query.timezone})
    counts: dict[str, list[FacetCount]] = {"tags": [], "hostnames": [], "states": [], "months": []}
    for facet, value, number in cursor.fetchall():
        counts[facet].append(FacetCount(value, number))
    return Facets(**counts)
