"""Keeping what PostgreSQL searches in step with links.

Events only say which links to look at: a late one finds the link as it is, so nothing old is written, and of
two writers at once the newer version stays.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from apps.events.bus import Batch, Consumer, Record
from apps.events.dead_letters import is_replay_for_others
from apps.events.decoding import read_event
from apps.events.envelope import MalformedEvent
from apps.events.handlers import DeadLetter
from apps.events.topics import Topic
from apps.links.search.postgresql import writing

TOPICS: Final = (Topic.URL_CREATED, Topic.URL_UPDATED, Topic.URL_DELETED, Topic.URL_EXPIRED)
# Bulk writes of some hundred links are cheap, and half a second is still soon.
MAX_RECORDS: Final = 1_000
LINGER: Final = 0.3


class SearchTexts:
    """Writes what PostgreSQL searches in, whether or not there is an Elasticsearch: it answers while that is away."""

    group = "search-texts"
    topics: tuple[Topic, ...] = TOPICS
    max_records = MAX_RECORDS
    linger = LINGER

    def handle(self, batch: Batch, _consumer: Consumer, /) -> Sequence[DeadLetter]:
        """Raises the database's errors when it does not answer."""
        records, dead_letters = links_of(batch, group=self.group)
        writing.write(records)
        return dead_letters


def links_of(batch: Batch, *, group: str) -> tuple[Mapping[int, Record], Sequence[DeadLetter]]:
    """Links (ids) that a batch speaks of, each with the last record that does; and what cannot be read."""
    dead_letters: list[DeadLetter] = []
    records: dict[int, Record] = {}
    for record in batch.records:
        if is_replay_for_others(record, group):
            continue
        try:
            event = read_event(record, topic=batch.partition.topic)
        except MalformedEvent as error:
            dead_letters.append(DeadLetter(record, error.reason))
        else:
            records[event.payload["link_id"]] = record
    return records, dead_letters
