"""Keeping the search table in step with links."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from apps.links.search.metrics import WRITTEN
from apps.links.search.postgresql.models import SearchText
from apps.links.search.postgresql.texts import remembered_words, vector_of
from apps.links.search.rows import LinkRow, read_rows

# Rows of one statement.
CHUNK: Final = 1_000

_WRITE = """
INSERT INTO links_searchtext (link_id, workspace_id, created_at, is_deleted, version, lexemes)
SELECT link_id, workspace_id, created_at, is_deleted, version, lexemes::tsvector
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::bigint[], %s::text[])
    AS link (link_id, workspace_id, created_at, is_deleted, version, lexemes)
ON CONFLICT (link_id) DO UPDATE SET workspace_id = excluded.workspace_id, created_at = excluded.created_at,
    is_deleted = excluded.is_deleted, version = excluded.version, lexemes = excluded.lexemes
WHERE links_searchtext.version <= excluded.version
"""
# In the order of the words, so that two writers never wait for each other.
_REMEMBER = "INSERT INTO links_searchword (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


def write(link_ids: Iterable[int]) -> int:
    """Bring the texts of these links up to what they are now, and remove those of links that are gone; how many were written.

    A text that is newer stays. Raises the database's errors.
    """
    wanted = sorted(set(link_ids))
    written = 0
    for first in range(0, len(wanted), CHUNK):
        chunk = wanted[first : first + CHUNK]
        links = read_rows(pk__in=chunk)
        written += write_links(links)
        if len(links) < len(chunk):
            SearchText.objects.filter(pk__in=set(chunk) - {link.pk for link in links}).delete()
    return written


def write_links(links: Sequence[LinkRow]) -> int:
    """The same for links that have been read, in the order of their ids."""
    if not links:
        return 0
    columns = zip(
        *((link.pk, link.workspace_id, link.created_at, link.deleted_at is not None, link.version, vector_of(link)) for link in links),
        strict=True,
    )
    words = sorted({word for link in links for word in remembered_words(link)})
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in columns])
        written: int = cursor.rowcount
        cursor.execute(_REMEMBER, [words])
    WRITTEN.inc(written)
    return written
