"""Words of links that a word of a query may be misspelled for."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.backends.utils import CursorWrapper

from apps.links.search.postgresql.models import MAX_WORD
from apps.links.search.words import edits_allowed, is_misspelling

# Words that one may stand for; the nearest are taken.
MOST: Final = 10
# Words that are compared exactly. PostgreSQL counts two letters that changed places as two errors, so it lets through too many.
_COMPARED: Final = 500
_NEAR = """
SELECT typed.word, near.word
FROM unnest(%s::text[], %s::int[]) AS typed (word, edits)
CROSS JOIN LATERAL (
    SELECT known.word, levenshtein_less_equal(known.word, typed.word, 2 * typed.edits) AS errors
    FROM links_searchword known
    WHERE left(known.word, 1) = left(typed.word, 1)
        AND length(known.word) BETWEEN length(typed.word) - typed.edits AND length(typed.word) + typed.edits
        AND levenshtein_less_equal(known.word, typed.word, 2 * typed.edits) <= 2 * typed.edits
    ORDER BY errors, known.word
    LIMIT %s
) near
"""


def meanings(cursor: CursorWrapper, typed: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """For each word of a query the other words that it may stand for, the nearest first; one query."""
    found: dict[str, list[str]] = {word: [] for word in typed}
    forgiven = [word for word in typed if edits_allowed(word) and len(word) <= MAX_WORD + edits_allowed(word)]
    if not forgiven:
        return found
    cursor.execute(_NEAR, [forgiven, [edits_allowed(word) for word in forgiven], _COMPARED])
    for word, near in cursor.fetchall():
        # What begins with the word is found as it is.
        if len(found[word]) < MOST and not near.startswith(word) and is_misspelling(word, near):
            found[word].append(near)
    return found
