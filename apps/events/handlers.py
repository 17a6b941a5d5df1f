"""What a consumer group does with its events. Groups are listed in settings.CONSUMER_GROUPS."""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.events.bus import Batch, Consumer, Record
from apps.events.envelope import Event
from apps.events.topics import Topic


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that no later try could handle, and why."""

    record: Record
    reason: str


class EventHandler(Protocol):
    """Handles one event at a time.

    Delivery is at least once and in order per key, so the effect must be idempotent. Whatever
    `handle` raises is tried again a few times and then dead-lettered, except SinkUnavailable and
    a lost connection to the database: these are waited out.
    """

    @property
    def group(self) -> str: ...

    @property
    def topics(self) -> tuple[Topic, ...]: ...

    def handle(self, event: Event, /) -> None: ...


class BatchHandler(Protocol):
    """Handles all records of one partition that were there, and sees to its own idempotency.

    Decodes with `decoding.read_event`. Returns the records that can never be handled; all others
    have had their effect when `handle` returns. Whatever it raises means: none of the batch may be
    counted as done, try again later, for ever. It may stop early with PartitionLost.

    Three further attributes are read when a handler has them: `max_records`, the largest batch it
    wants, `linger`, seconds to let records gather between two polls unless a batch was full, and
    `consumers`, how many of it one process runs, each with partitions of its own.
    """

    @property
    def group(self) -> str: ...

    @property
    def topics(self) -> tuple[Topic, ...]: ...

    def handle(self, batch: Batch, consumer: Consumer, /) -> Sequence[DeadLetter]: ...


Handler = EventHandler | BatchHandler


def takes_batches(handler: Handler) -> bool:
    """Whether `handler` is a BatchHandler, told by the parameters of its `handle`."""
    return len(inspect.signature(handler.handle).parameters) == 2


def load_handlers(groups: Iterable[str] = ()) -> list[Handler]:
    """Handlers of `groups`, or of all configured groups. Raises KeyError for an unknown name."""
    configured: dict[str, str] = settings.CONSUMER_GROUPS
    return [import_string(configured[group])() for group in groups or configured]


def side_by_side(handlers: Iterable[Handler]) -> list[Handler]:
    """`handlers`, and further ones of those that want several consumers in a process."""
    return [each for handler in handlers for each in (handler, *(type(handler)() for _ in range(getattr(handler, "consumers", 1) - 1)))]
