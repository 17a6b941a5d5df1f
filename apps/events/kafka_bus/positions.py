"""Where a group reads on when the place where it stood is not in the log.

Kafka's client would jump to the first record there is, and say nothing. Here each jump is told, and what a group
has missed by it is counted.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from apps.events.kafka_bus import names
from apps.events.kafka_bus.library import OffsetAndMetadata
from apps.events.metrics import REMOVED_UNREAD

log = structlog.get_logger(__name__)

_TIMEOUT_MS = 5_000


def begin_at_first(consumer: Any, places: Iterable[Any]) -> None:
    """Read `places`, in which the group has never committed, from the first record there is."""
    consumer.seek_to_beginning(*places)


def find_again(consumer: Any, stood: Mapping[Any, int], *, group: str) -> dict[Any, int]:
    """Read on at the first record of each place whose log does not have the offset where `group` stood; where each
    begins now.

    It is committed before it is counted, so that those who come after do not count it again. Raises KafkaError.
    """
    begin = consumer.beginning_offsets(list(stood))
    end = consumer.end_offsets(list(stood))
    moved = {place: begin[place] for place, offset in stood.items() if not begin[place] <= offset <= end[place]}
    for place, first in moved.items():
        consumer.commit({place: OffsetAndMetadata(first, "", -1)}, timeout_ms=_TIMEOUT_MS)
        consumer.seek(place, first)
        if stood[place] < first:
            _tell_removed(place, stood[place], first, group=group)
        else:
            # The topic was made anew, which the ledger knows by its id, or brokers have lost what they had acknowledged.
            log.error(
                "log_ends_before_position", group=group, topic=names.of_topic(place.topic), partition=place.partition,
                position=stood[place], end=end[place], goes_on_at=first,
            )  # fmt: skip
    return moved


def _tell_removed(place: Any, stood: int, first: int, *, group: str) -> None:
    topic = names.of_topic(place.topic)
    REMOVED_UNREAD.labels(group, topic).inc(first - stood)
    log.error("records_removed_unread", group=group, topic=topic, partition=place.partition, records=first - stood, goes_on_at=first)
