"""The bus as the rest of the product sees it. Redis Streams and Kafka implement it alike.

A topic is a fixed number of partitions, each an append-only log with consecutive offsets from a
start that the bus chooses. A consumer group owns each partition through at most one live consumer
and keeps one committed offset per partition: the next offset to read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


class BusUnavailable(Exception):
    """The bus did not answer in time; nothing is known about messages not yet confirmed."""


class PartitionLost(Exception):
    """The partition went to another consumer of the group; what was read must not be committed."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One log. `log_id` names its incarnation: it differs after a topic was lost and made anew,
    so that offsets of the old log are never taken for offsets of the new one."""

    topic: str
    number: int
    log_id: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a producer hands in."""

    key: str
    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


class Record(NamedTuple):
    """What a consumer gets: a message in its place. `appended_at` is the bus's own clock (UTC)."""

    offset: int
    key: str
    value: bytes
    headers: Mapping[str, bytes]
    appended_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition in offset order, never empty; offsets may have gaps. `has_more` tells whether
    the log went on behind them, as far as is known."""

    partition: Partition
    records: Sequence[Record]
    has_more: bool = False

    @property
    def first_offset(self) -> int:
        return self.records[0].offset

    @property
    def last_offset(self) -> int:
        return self.records[-1].offset


class Producer(Protocol):
    """Appends messages. Messages of one key keep the order in which they were handed in."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Hand `messages` to the bus. Raises BusUnavailable; some may have been appended then."""

    def confirm(self, *, timeout: float) -> None:
        """Return when all that was published is durable. Raises BusUnavailable after `timeout` s."""

    def close(self) -> None:
        """Release connections; unconfirmed messages may be lost."""


class Consumer(Protocol):
    """One member of a consumer group, subscribed to some topics."""

    def poll(self, *, timeout: float, max_records: int) -> Sequence[Batch]:
        """Next records of the partitions held: at most one batch each, of at most `max_records`,
        waiting up to `timeout` s for the first. A partition newly held continues at the group's
        committed offset, one new to the group at the first record there is.
        Raises BusUnavailable."""

    def commit(self, partition: Partition, next_offset: int) -> None:
        """Say that all below `next_offset` has had its effect.
        Raises PartitionLost or BusUnavailable."""

    def rewind(self, partition: Partition) -> None:
        """Read the partition again from the committed offset at the next poll."""

    def read_range(self, partition: Partition, first: int, last: int) -> Sequence[Record]:
        """Records `first` to `last`, both included, whatever the committed offset; for replaying
        a claim. Raises PartitionLost when the log is gone, or BusUnavailable."""

    def pause(self, partition: Partition) -> None:
        """Stop fetching from the partition but keep holding it (a sink is down)."""

    def resume(self, partition: Partition) -> None:
        """Fetch from a paused partition again."""

    def lag(self) -> Mapping[Partition, int]:
        """Records not yet committed, per partition held."""

    def close(self) -> None:
        """Leave the group at once, so that others take over without waiting."""


class Bus(Protocol):
    """Factory of producers and consumers on one installation of a bus."""

    def producer(self) -> Producer:
        """A new producer. Connects on first use."""

    def consumer(self, *, group: str, topics: Sequence[str]) -> Consumer:
        """A new member of `group`; all members subscribe to the same topics. Joins at first poll."""

    def register(self, *, group: str, topics: Sequence[str]) -> None:
        """Make `group` known before it first polls, so that nothing it has yet to read is removed
        because others have read it. Raises BusUnavailable."""

    def lag(self, *, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        """Records not yet committed by `group`, for all partitions of `topics`."""
