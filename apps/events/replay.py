"""Bringing dead letters back into their topic, after the cause was mended."""

from collections.abc import Callable

from apps.events.bus import Batch, Bus, Consumer, Producer
from apps.events.dead_letters import CONFIRM_TIMEOUT, to_original
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
    """Append up to `limit` dead letters to `topic` again, oldest first in each partition; how many.

    `advance` is called with the number of each step. Each dead letter is confirmed in its topic
    before it counts as brought back, so a crash in between brings it back twice.
    Raises BusUnavailable or PartitionLost.
    """
    limit = min(limit, count_dead_letters(topic, bus=bus))
    consumer = bus.consumer(group=REPLAY_GROUP, topics=[dead_letter_topic(topic)])
    producer = bus.producer()
    replayed = quiet_polls = 0
    try:
        while replayed < limit and quiet_polls < _QUIET_POLLS:
            batches = consumer.poll(timeout=_POLL_SECONDS, max_records=min(_BATCH, limit - replayed))
            quiet_polls = 0 if batches else quiet_polls + 1
            for batch in batches:
                count = _replay_batch(batch, topic=topic, most=limit - replayed, producer=producer, consumer=consumer)
                replayed += count
                advance(count)
    finally:
        consumer.close()
        producer.close()
    return replayed


def _replay_batch(batch: Batch, *, topic: str, most: int, producer: Producer, consumer: Consumer) -> int:
    records = batch.records[:most]
    if not records:
        return 0
    producer.publish(topic, [to_original(record) for record in records])
    producer.confirm(timeout=CONFIRM_TIMEOUT)
    consumer.commit(batch.partition, records[-1].offset + 1)
    return len(records)
