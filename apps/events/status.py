"""Where the pipeline stands, for people and monitors."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events.bus import Bus, Partition
from apps.events.handlers import Handler
from apps.events.models import OutboxEvent
from apps.events.replay import count_dead_letters
from apps.events.topics import Topic


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    group: str
    partition: Partition
    lag: int


@dataclass(frozen=True, slots=True)
class EventsStatus:
    """`dead_letters` by topic, only where there are some."""

    partitions: Sequence[PartitionStatus]
    outbox_waiting: int
    dead_letters: dict[str, int]


def events_status(handlers: Sequence[Handler], *, bus: Bus) -> EventsStatus:
    """Lag of the groups of `handlers`, the outbox and the dead letters. Raises BusUnavailable."""
    partitions = [
        PartitionStatus(handler.group, partition, lag)
        for handler in handlers
        for partition, lag in bus.lag(group=handler.group, topics=handler.topics).items()
    ]
    dead_letters = {str(topic): count_dead_letters(topic, bus=bus) for topic in Topic}
    return EventsStatus(
        partitions=partitions,
        outbox_waiting=OutboxEvent.objects.filter(published_at=None).count(),
        dead_letters={topic: count for topic, count in dead_letters.items() if count},
    )
