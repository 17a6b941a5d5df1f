"""Bringing dead letters back into their topic, after the cause was mended."""

from collections.abc import Callable, Sequence

from apps.events.bus import Bus, Record
from apps.events.dead_letters import CONFIRM_TIMEOUT, origin_of, to_original
from apps.events.topics import dead_letter_topic

# The consumer group that reads dead-letter topics; what it has committed has been brought back.
REPLAY_GROUP = "dead-letter-replay"
_BATCH = 500
# Partitions may still belong to a replay that was killed; its leases end within this time (s).
_QUIET_POLLS = 8
_POLL_SECONDS = 1.0


def count_dead_letters(topic: str, *, bus: Bus) -> int:
    """Dead letters of `topic` not yet brought back. Raises BusUnavailable."""
    return sum(bus.lag(group=REPLAY_GROUP, topics=[dead_letter_topic(topic)]).values())


def replay(topic: str, *, bus: Bus, limit: int, advance: Callable[[int], None]) -> int:
    """Append up to `limit` dead letters to `topic` again, oldest first in each partition; how many
    were taken. One that lies there twice, because a consumer ended while it put it aside, comes back
    once.

    `advance` is called with the number of each step. Each dead letter is confirmed in its topic
    before it counts as brought back, so a crash in between brings it back twice.
    Raises BusUnavailable or PartitionLost.
    """
    limit = min(limit, count_dead_letters(topic, bus=bus))
    consumer = bus.consumer(group=REPLAY_GROUP, topics=[dead_letter_topic(topic)])
    producer = bus.producer()
    seen: set[tuple[bytes | None, ...]] = set()
    taken = quiet_polls = 0
    try:
        while taken < limit and quiet_polls < _QUIET_POLLS:
            batches = consumer.poll(timeout=_POLL_SECONDS, max_records=min(_BATCH, limit - taken))
            quiet_polls = 0 if batches else quiet_polls + 1
            for batch in batches:
                records = batch.records[: limit - taken]
                if not records:
                    break
                producer.publish(topic, [to_original(record) for record in _unseen(records, seen)])
                producer.confirm(timeout=CONFIRM_TIMEOUT)
                consumer.commit(batch.partition, records[-1].offset + 1)
                taken += len(records)
                advance(len(records))
    finally:
        consumer.close()
        producer.close()
    return taken


def _unseen(records: Sequence[Record], seen: set[tuple[bytes | None, ...]]) -> list[Record]:
    """Those of `records` whose origin is not in `seen`, which learns them."""
    fresh = []
    for record in records:
        origin = origin_of(record)
        if None in origin or origin not in seen:
            fresh.append(record)
        seen.add(origin)
    return fresh
