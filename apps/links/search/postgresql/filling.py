"""Writing the texts of all links, while they may change."""

from collections.abc import Callable, Sequence
from typing import Final

import structlog
from django.db import connection, transaction

from apps.links.search.metrics import REPAIRED
from apps.links.search.postgresql.models import SearchText
from apps.links.search.postgresql.writing import CHUNK, write, write_links
from apps.links.search.rows import read_rows

log = structlog.get_logger(__name__)

# Links that are looked for and mended in one go.
MOST_AT_ONCE: Final = 50_000
_DIFFERENT = """
SELECT coalesce(link.id, text.link_id)
FROM links_link link FULL JOIN links_searchtext text ON text.link_id = link.id
WHERE text.version IS DISTINCT FROM link.version
LIMIT %s
"""


def fill(*, advance: Callable[[int], None] = lambda _done: None) -> int:
    """Write the texts of all links, in the order of their ids; how many links there are. `advance` is told of them as they are done."""
    last = links = 0
    while chunk := read_rows(pk__gt=last, most=CHUNK):
        write_links(chunk)
        last = chunk[-1].pk
        links += len(chunk)
        advance(len(chunk))
    return links


def mend() -> int:
    """Bring all texts that differ from their links up to date; how many did.

    Makes up for events that were lost with a bus, for restored backups, and for links that were there before texts were.
    """
    mended = 0 if SearchText.objects.exists() else fill()
    while found := different():
        with transaction.atomic():
            # A text that is ahead of its link, as after a backup was restored, would stay.
            SearchText.objects.filter(pk__in=found).delete()
            write(found)
        mended += len(found)
        if len(found) < MOST_AT_ONCE:
            break
    if mended:
        REPAIRED.inc(mended)
        log.info("search_texts_mended", links=mended)
    return mended


def different() -> Sequence[int]:
    """Links (ids) whose texts are missing or of an older version, and texts whose links are gone; at most MOST_AT_ONCE.

    One pass over both tables; a change that is on its way counts as a difference.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, [MOST_AT_ONCE])
        return [link_id for (link_id,) in cursor.fetchall()]
