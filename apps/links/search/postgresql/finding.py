"""Which links a search finds, as ids: in the newest links of the workspaces, and by the index of words.

Neither alone is quick. A word that every tenth link has is found at once among the newest, where the index
would tell a hundred thousand; a rare one is found at once by the index, where the newest links may not
have it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from apps.links.search.postgresql import indexing
from apps.links.search.postgresql.asking import STATE, Asked
from apps.links.search.postgresql.frequencies import read
from apps.links.search.postgresql.lexemes import all_of
from apps.links.search.query import Sort
from apps.links.search.results import MAX_TOTAL

# Newest links that are looked through one by one, and how many found among them are enough to choose the best from.
NEWEST: Final = 20_000
ENOUGH: Final = 100
# In large workspaces typing errors are looked for when there are fewer links with the words as they were typed.
_ENOUGH_AS_TYPED: Final = 100
# Links with just the code or title that was typed.
_EXACT: Final = 100

_NEWEST = """
SELECT found.link_id FROM unnest({homes}) AS home (workspace_id)
CROSS JOIN LATERAL (
    SELECT text.link_id, text.created_at FROM (
        SELECT link_id, created_at, lexemes FROM links_searchtext
        WHERE {at_home} is_deleted = %(deleted)s {created}
        ORDER BY created_at {order}, link_id {order} LIMIT %(newest)s
    ) text {join}
    WHERE TRUE {filters} {matching}
    ORDER BY text.created_at {order}, text.link_id {order} LIMIT %(most)s
) found
ORDER BY found.created_at {order}, found.link_id {order} LIMIT %(most)s
"""
# OFFSET 0 keeps the other conditions out of the index.
_INDEXED = """
SELECT text.link_id FROM (
    SELECT link_id, created_at, lexemes FROM links_searchtext
    WHERE lexemes @@ %(indexed)s::tsquery AND is_deleted = %(deleted)s {created} OFFSET 0
) text {join}
WHERE TRUE {filters} {matching} {ordered} LIMIT %(most)s
"""
_PLACED = """
SELECT text.link_id FROM links_searchtext text {join}
WHERE text.link_id = ANY(%(places)s) AND text.is_deleted = %(deleted)s {filters} {created}
"""
_SIZE = """
SELECT sum(size) FROM unnest({homes}) AS home (workspace_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS size FROM (
        SELECT 1 FROM links_searchtext WHERE {at_home} is_deleted = %(deleted)s LIMIT %(newest)s + 1
    ) text
) homes
"""
_JOIN = f"JOIN links_link link ON link.id = text.link_id AND {STATE} = %(state)s"


@dataclass(frozen=True, slots=True)
class Found:
    """Links (ids) that a search has found; `is_all` when there are no others. `exact` are those of them that were
    typed as they are, whatever else was found."""

    link_ids: Sequence[int]
    is_all: bool
    exact: Sequence[int] = ()


def find(cursor: CursorWrapper, asked: Asked, places: Sequence[int]) -> Found:
    """The links of a search, with those of `places`. Beyond MAX_TOTAL, and in large workspaces of common words, no more than some."""
    query = asked.query
    if asked.workspaces is not None and not asked.workspaces:
        return Found((), is_all=True)
    found = _find(cursor, asked) if asked.matching or not query.text else Found((), is_all=True)
    exact = list(_placed(cursor, asked, places)) if places else []
    if query.text and len(found.link_ids) >= ENOUGH:
        exact += _indexed(cursor, asked, all_of([asked.homes, asked.exact]), most=_EXACT)
    return Found(list(dict.fromkeys([*exact, *found.link_ids])), is_all=found.is_all, exact=exact)


def _find(cursor: CursorWrapper, asked: Asked) -> Found:
    if _size(cursor, asked) <= NEWEST:
        return _all(_newest(cursor, asked, most=MAX_TOTAL + 1))
    as_typed = _find_among_many(cursor, replace(asked, meanings={}))
    # Of a word that many links have, few are misspelled, and all of its neighbours in the alphabet are not meant.
    if len(as_typed.link_ids) >= _ENOUGH_AS_TYPED or not any(asked.meanings.values()):
        return as_typed
    return _find_among_many(cursor, asked)


def _find_among_many(cursor: CursorWrapper, asked: Asked) -> Found:
    frequencies = read(cursor)
    newest: Sequence[int] = ()
    if not indexing.is_rare(asked, frequencies):
        enough = max(ENOUGH, asked.query.first + asked.query.size + 1)
        newest = _newest(cursor, asked, most=enough)
        if len(newest) >= enough:
            return Found(newest, is_all=False)
    if len(asked.words) > 1 or not indexing.is_complete(asked, frequencies):
        whole = _indexed(cursor, asked, indexing.condition(asked, frequencies, is_whole=True))
        if len(whole) >= ENOUGH or not indexing.is_complete(asked, frequencies):
            return replace(_all([*newest, *whole]), is_all=False)
    indexed = indexing.condition(asked, frequencies)
    # In all workspaces nothing need be asked of the index.
    return _all([*newest, *_indexed(cursor, asked, indexed)]) if indexed else Found(newest, is_all=False)


def _placed(cursor: CursorWrapper, asked: Asked, places: Sequence[int]) -> Sequence[int]:
    return _ids(cursor, _PLACED, asked, places=list(places))


def _all(link_ids: Sequence[int]) -> Found:
    distinct = list(dict.fromkeys(link_ids))
    return Found(distinct[:MAX_TOTAL], is_all=len(distinct) <= MAX_TOTAL)


def _size(cursor: CursorWrapper, asked: Asked) -> int:
    """Links of the workspaces, counted a little beyond NEWEST."""
    (size,) = _ids(cursor, _SIZE, asked)
    return int(size or 0)


def _newest(cursor: CursorWrapper, asked: Asked, *, most: int) -> Sequence[int]:
    # The planner takes workspaces for equally large, and would sort a million links by their time; the index has that order.
    cursor.execute("SET LOCAL enable_bitmapscan = off")
    found = _ids(cursor, _NEWEST, asked, most=most)
    cursor.execute("SET LOCAL enable_bitmapscan TO DEFAULT")
    return found


def _indexed(cursor: CursorWrapper, asked: Asked, indexed: str, *, most: int = MAX_TOTAL + 1) -> Sequence[int]:
    return _ids(cursor, _INDEXED, asked, indexed=indexed, most=most)


def _ids(cursor: CursorWrapper, sql: str, asked: Asked, **parameters: Any) -> Sequence[int]:
    """What a statement of this module tells."""
    cursor.execute(sql.format(**_pieces(asked)), _parameters(asked) | parameters)
    return [value for (value,) in cursor.fetchall()]


def _pieces(asked: Asked) -> dict[str, str]:
    """The parts of statements that a search may go without."""
    query = asked.query
    bounds = {"AND created_at >= %(from)s": query.created_from, "AND created_at < %(before)s": query.created_before}
    order = "ASC" if query.sort is Sort.OLDEST else "DESC"
    is_ranked = query.sort is Sort.RELEVANCE and query.text
    return {
        "homes": "ARRAY[NULL]::bigint[]" if asked.workspaces is None else "%(workspaces)s::bigint[]",
        "at_home": "" if asked.workspaces is None else "workspace_id = home.workspace_id AND",
        "created": " ".join(sql for sql, bound in bounds.items() if bound is not None),
        "filters": "AND text.lexemes @@ %(filters)s::tsquery" if asked.filters else "",
        "matching": "AND text.lexemes @@ %(matching)s::tsquery" if query.text else "",
        "join": "" if query.state is None else _JOIN,
        "order": order,
        "ordered": "" if is_ranked else f"ORDER BY text.created_at {order}, text.link_id {order}",
    }


def _parameters(asked: Asked) -> dict[str, Any]:
    query = asked.query
    return {
        "filters": asked.filters,
        "matching": asked.matching,
        "workspaces": None if asked.workspaces is None else list(asked.workspaces),
        "deleted": asked.wants_deleted,
        "now": query.now,
        "state": query.state,
        "from": query.created_from,
        "before": query.created_before,
        "newest": NEWEST,
    }
