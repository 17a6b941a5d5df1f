"""Where the pipeline stands, for people and monitors.

Each part is asked by itself: what one engine cannot say does not hide what another can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from apps.events.bus import Bus, BusUnavailable, Partition
from apps.events.handlers import Handler
from apps.events.models import OutboxEvent
from apps.events.replay import count_dead_letters
from apps.events.topics import Topic

# What says that the part cannot be asked at present.
UNANSWERED = (BusUnavailable, OperationalError, InterfaceError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    group: str
    partition: Partition
    lag: int


@dataclass(frozen=True, slots=True)
class EventsStatus:
    """None stands for what could not be asked; `failures` says why. `dead_letters` by topic, all of them."""

    partitions: Sequence[PartitionStatus] | None
    outbox_waiting: int | None
    dead_letters: dict[str, int] | None
    failures: list[str] = field(default_factory=list)


def events_status(handlers: Sequence[Handler], *, bus: Bus) -> EventsStatus:
    """Lag of the groups of `handlers`, the outbox and the dead letters."""
    failures: list[str] = []
    return EventsStatus(
        partitions=_asked("the bus does not answer", lambda: partitions_waiting(handlers, bus=bus), failures),
        outbox_waiting=_asked("the outbox cannot be counted", outbox_waiting, failures),
        dead_letters=_asked("the dead letters cannot be counted", lambda: dead_letters(bus=bus), failures),
        failures=failures,
    )


def _asked(what: str, ask: Callable[[], T], failures: list[str]) -> T | None:
    try:
        return ask()
    except UNANSWERED as error:
        failures.append(f"{what}: {str(error).strip()}")
        return None


def partitions_waiting(handlers: Sequence[Handler], *, bus: Bus) -> list[PartitionStatus]:
    """Records that wait for each group, by partition. Raises BusUnavailable."""
    return [
        PartitionStatus(handler.group, partition, lag)
        for handler in handlers
        for partition, lag in bus.lag(group=handler.group, topics=handler.topics).items()
    ]


def outbox_waiting() -> int:
    """Events that are not on the bus yet. Raises the database's errors."""
    return OutboxEvent.objects.filter(published_at=None).count()


def dead_letters(*, bus: Bus) -> dict[str, int]:
    """Dead letters of each topic not yet brought back. Raises BusUnavailable."""
    return {str(topic): count_dead_letters(topic, bus=bus) for topic in Topic}
