"""Links that have given away all their redirects: the redirector counts them without a version or an event."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import F

from apps.links.models import Link
from apps.links.search.elastic import indices
from apps.links.search.elastic.client import as_a_sink, get_client
from apps.links.search.elastic.writing import write

_PAGE: Final = 1_000
# As many limited links as are looked at in one go; the next run begins with the first again.
_MOST: Final = 100_000


def note_used_up() -> int:
    """Bring documents of links that are used up by now up to date; how many. Raises SinkUnavailable and IndexGone."""
    written, noted = indices.written(), 0
    if not indices.searched():
        return 0
    for link_ids in _limited():
        used_up = list(Link.objects.filter(pk__in=link_ids, redirects_used__gte=F("max_clicks")).values_list("pk", flat=True))
        if used_up:
            noted += write(used_up, indices=written).taken
    return noted


def _limited() -> Iterator[Sequence[int]]:
    """Links with a limit that are not used up for all that the index knows."""
    after: list[int] | None = None
    for _page in range(_MOST // _PAGE):
        with as_a_sink():
            hits = get_client().search(
                index=indices.reading_alias(),
                query={
                    "bool": {"filter": [{"term": {"is_limited": True}}, {"term": {"is_used_up": False}}, {"term": {"is_deleted": False}}]}
                },
                sort=[{"link_id": "asc"}],
                search_after=after,
                size=_PAGE,
                source=False,
                track_total_hits=False,
            )["hits"]["hits"]
        if not hits:
            return
        yield [int(hit["_id"]) for hit in hits]
        after = hits[-1]["sort"]
