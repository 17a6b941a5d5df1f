"""Keeping Elasticsearch in step with links, as `apps.links.search.consumers` does PostgreSQL's side."""

from collections.abc import Sequence
from typing import Final

from apps.events.bus import Batch, Consumer
from apps.events.handlers import DeadLetter
from apps.events.topics import Topic
from apps.links.search.consumers import LINGER, MAX_RECORDS, TOPICS, links_of
from apps.links.search.elastic import indices
from apps.links.search.elastic.writing import IndexGone, write

# An index can go once while a batch is written, when a rebuild ends.
_TRIES: Final = 3


class SearchIndexer:
    """Writes to Elasticsearch. Before the first `search_rebuild` there is no index, and nothing to do: that
    reads all links anyway."""

    group = "search-indexer"
    topics: tuple[Topic, ...] = TOPICS
    max_records = MAX_RECORDS
    linger = LINGER

    def handle(self, batch: Batch, _consumer: Consumer, /) -> Sequence[DeadLetter]:
        """Raises SinkUnavailable, and the database's errors, when one of the two does not answer."""
        records, dead_letters = links_of(batch, group=self.group)
        refused = _write(list(records)) if records else ()
        return [*dead_letters, *(DeadLetter(records[link_id], reason) for link_id, reason in refused)]


def _write(link_ids: Sequence[int]) -> Sequence[tuple[int, str]]:
    """Links that Elasticsearch will never take, with the reason."""
    for _attempt in range(_TRIES - 1):
        try:
            return _write_once(link_ids)
        except IndexGone:
            continue
    return _write_once(link_ids)


def _write_once(link_ids: Sequence[int]) -> Sequence[tuple[int, str]]:
    # Asked anew for each batch, after its events were there: an index made since then is filled from a
    # database that has their changes.
    if not (written := indices.written()):
        return ()
    return list(dict(write(link_ids, indices=written).refused).items())
