"""Keeping Elasticsearch in step with links."""

from collections.abc import Sequence

from apps.events.bus import Batch, Consumer, Record
from apps.events.dead_letters import is_replay_for_others
from apps.events.decoding import read_event
from apps.events.envelope import MalformedEvent
from apps.events.handlers import DeadLetter
from apps.events.topics import Topic
from apps.links.search.elastic import indices
from apps.links.search.elastic.writing import IndexGone, write

# An index can go once while a batch is written, when a rebuild ends.
_TRIES = 3


class SearchIndexer:
    """Writes the links that events speak of as they are by now, in their versions.

    Events only say which links to look at: a late one finds the link as it is, so nothing old is written,
    and of two writers at once the index keeps the newer version. Before the first `search_rebuild` there
    is no index, and nothing to do: that reads all links anyway.
    """

    group = "search-indexer"
    topics: tuple[Topic, ...] = (Topic.URL_CREATED, Topic.URL_UPDATED, Topic.URL_DELETED, Topic.URL_EXPIRED)
    # Bulk writes of some hundred links are cheap, and half a second is still soon.
    max_records = 1_000
    linger = 0.3

    def handle(self, batch: Batch, _consumer: Consumer, /) -> Sequence[DeadLetter]:
        """Raises SinkUnavailable, and the database's errors, when one of the two does not answer."""
        dead_letters: list[DeadLetter] = []
        records: dict[int, Record] = {}
        for record in batch.records:
            if is_replay_for_others(record, self.group):
                continue
            try:
                event = read_event(record, topic=batch.partition.topic)
            except MalformedEvent as error:
                dead_letters.append(DeadLetter(record, error.reason))
            else:
                records[event.payload["link_id"]] = record
        refused = _write(list(records))
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
    if not link_ids or not (written := indices.written()):
        return ()
    return list(dict(write(link_ids, indices=written).refused).items())
