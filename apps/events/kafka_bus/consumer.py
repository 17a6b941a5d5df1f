"""Reading as a member of a consumer group."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from apps.events.bus import Batch, BusUnavailable, Partition, PartitionLost, Record
from apps.events.kafka_bus import names, positions
from apps.events.kafka_bus.connection import client_options, translated_errors
from apps.events.kafka_bus.library import (
    CommitFailedError,
    ConsumerRebalanceListener,
    KafkaConsumer,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetAndMetadata,
    OffsetOutOfRangeError,
    RebalanceInProgressError,
    RoundRobinPartitionAssignor,
    TopicPartition,
)
from apps.events.kafka_bus.ranges import RangeReader
from apps.events.metrics import REMOVED_UNREAD

log = structlog.get_logger(__name__)

# A loop of shorter polls never joins its group (s).
SHORTEST_POLL = 0.1
COMMIT_TIMEOUT_MS = 5_000
CLOSE_TIMEOUT_MS = 2_000
# What one answer may hold, in all and of one partition: large batches make large blocks in ClickHouse, and what goes
# beyond a batch (10,000 clicks are 6 to 7 MB) makes a small one.
FETCH_BYTES = 32 * 1024 * 1024
PARTITION_FETCH_BYTES = 6 * 1024 * 1024
# How long a poll that has found something waits for the rest of what is there (ms).
GATHER_MS = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a member counts as gone (s): `session` after its last heartbeat; one whose owner has not polled
    for `max_poll` leaves the group."""

    session: float = 10.0
    max_poll: float = 300.0
    heartbeat: float = 0.5


# For production. Brokers refuse sessions below 6 s by default.
PATIENT = Timing()


class Lag(Protocol):
    """Asks the brokers how much of which partition waits for the group."""

    def __call__(self) -> Mapping[Partition, int]: ...


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Forgets where partitions were read from when they have gone; the client too keeps its place in those that
    stay. Called on the client's thread, while the consumer's own thread is inside `poll`."""

    def __init__(self, starts: dict[Any, int]) -> None:
        self._starts = starts

    def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """All are revoked at the begin of a rebalance; which of them stay is known at its end."""

    def on_partitions_assigned(self, assigned: set[Any]) -> None:
        """May come with nothing before it comes with the real assignment."""
        for place in self._starts.keys() - assigned:
            del self._starts[place]

    def on_partitions_lost(self, lost: set[Any]) -> None:
        log.info("partitions_lost", partitions=sorted(f"{place.topic}:{place.partition}" for place in lost))
        self._starts.clear()


class KafkaBusConsumer:
    """Consumer on Kafka; for one thread."""

    def __init__(self, *, group: str, topics: Sequence[str], timing: Timing, lag: Lag) -> None:
        self._group = group
        self._lag = lag
        # Where to read again from: what was committed, or the first record that came.
        self._starts: dict[Any, int] = {}
        self._ranges = RangeReader()
        self._consumer = KafkaConsumer(
            **client_options(),
            group_id=names.on_broker(group),
            enable_auto_commit=False,
            # Where to go on when a place is not in the log is decided in `positions`.
            auto_offset_reset="none",
            # Spreads the partitions of several topics evenly, which the default does not.
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            session_timeout_ms=int(timing.session * 1000),
            heartbeat_interval_ms=int(timing.heartbeat * 1000),
            max_poll_interval_ms=int(timing.max_poll * 1000),
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            allow_auto_create_topics=False,
        )
        for topic in topics:
            # None is a figure too.
            REMOVED_UNREAD.labels(group, topic)
        _keep_from_spinning(self._consumer)
        self._consumer.subscribe([names.on_broker(topic) for topic in topics], listener=_Assignment(self._starts))

    def poll(self, *, timeout: float, max_records: int) -> Sequence[Batch]:
        with translated_errors():
            found = self._read_on(max(SHORTEST_POLL, timeout), max_records)
        return [self._batch(place, records) for place, records in found.items() if records]

    def commit(self, partition: Partition, next_offset: int) -> None:
        place = self._place(partition)
        if self._partition(place) != partition or place not in self._consumer.assignment():
            raise PartitionLost(f"{self._group}: {partition}")
        try:
            self._consumer.commit({place: OffsetAndMetadata(next_offset, "", -1)}, timeout_ms=COMMIT_TIMEOUT_MS)
        except (CommitFailedError, RebalanceInProgressError) as error:
            raise PartitionLost(f"{self._group}: {partition}: {error}") from error
        except KafkaError as error:
            raise BusUnavailable(f"Kafka: {type(error).__name__}: {error}") from error
        self._starts[place] = next_offset

    def rewind(self, partition: Partition) -> None:
        place = self._place(partition)
        if place in self._starts and place in self._consumer.assignment():
            self._consumer.seek(place, self._starts[place])

    def read_range(self, partition: Partition, first: int, last: int) -> Sequence[Record]:
        place = self._place(partition)
        if self._partition(place) != partition:
            raise PartitionLost(f"{self._group}: {partition} is gone")
        return to_records(self._ranges.read(place, first, last))

    def pause(self, partition: Partition) -> None:
        if (place := self._place(partition)) in self._consumer.assignment():
            self._consumer.pause(place)

    def resume(self, partition: Partition) -> None:
        if (place := self._place(partition)) in self._consumer.assignment():
            self._consumer.resume(place)

    def lag(self) -> Mapping[Partition, int]:
        held = {self._partition(place) for place in self._consumer.assignment()}
        return {partition: waiting for partition, waiting in self._lag().items() if partition in held}

    def close(self) -> None:
        self._ranges.close()
        began = time.monotonic()
        try:
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)
        except KafkaError as error:
            log.info("group_left_without_notice", group=self._group, reason=str(error), after=round(time.monotonic() - began, 1))

    def _read_on(self, timeout: float, max_records: int) -> Mapping[Any, Sequence[Any]]:
        """Records within `timeout` s, of which some may go by for finding a place that is not in the log."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            try:
                return self._gather(left * 1000, max_records)
            except NoOffsetForPartitionError as error:
                positions.begin_at_first(self._consumer, error.args[0])
            except OffsetOutOfRangeError as error:
                self._starts.update(positions.find_again(self._consumer, error.args[0], group=self._group))
        return {}

    def _gather(self, timeout_ms: float, max_records: int) -> Mapping[Any, Sequence[Any]]:
        """Up to `max_records` of each partition. The client bounds all of a poll together, cuts what it has of the last
        partition, and gives the rest of a fetch by itself: polled once, half of all blocks would be small ones."""
        found: dict[Any, list[Any]] = {}
        polled = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        wanted = max_records
        while polled:
            for place, records in polled.items():
                found.setdefault(place, []).extend(records)
            was_cut = sum(map(len, polled.values())) >= wanted
            wanted = max_records - max(map(len, found.values()))
            if not wanted or not (was_cut or self._goes_on(found)):
                break
            polled = self._poll_on(0 if was_cut else GATHER_MS, wanted)
        return found

    def _goes_on(self, found: Mapping[Any, Sequence[Any]]) -> bool:
        """Whether the log of one of the partitions had more behind what was found."""
        return any(self._has_more(place, records) for place, records in found.items())

    def _has_more(self, place: Any, records: Sequence[Any]) -> bool:
        if place not in self._consumer.assignment():
            return False
        end: int | None = self._consumer.highwater(place)
        return end is not None and end > records[-1].offset + 1

    def _poll_on(self, timeout_ms: int, max_records: int) -> Mapping[Any, Sequence[Any]]:
        try:
            return self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)  # type: ignore[no-any-return]
        except KafkaError:
            # The next poll meets it too; what has been read must not be lost by it.
            return {}

    def _batch(self, place: Any, records: Sequence[Any]) -> Batch:
        self._starts.setdefault(place, records[0].offset)
        # Less than asked for may come although much is waiting: what one fetch holds is bounded by bytes.
        return Batch(self._partition(place), to_records(records), self._has_more(place, records))

    def _partition(self, place: Any) -> Partition:
        """A topic that is made anew has another id, and its offsets begin again."""
        log_id = self._consumer._cluster.topic_id(place.topic)
        return Partition(names.of_topic(place.topic), place.partition, str(log_id))

    def _place(self, partition: Partition) -> Any:
        return TopicPartition(names.on_broker(partition.topic), partition.number)


def _keep_from_spinning(consumer: Any) -> None:
    """Let each wait for records be a wait. While a heartbeat is not answered the client counts the next one as due,
    though it sends it from another thread, and waits for 0 s, thousands of times a second; each time leaves 5 KB
    with the fetch that is under way."""
    coordinator = consumer._coordinator
    seconds_to_heartbeat = coordinator.time_to_next_poll
    coordinator.time_to_next_poll = lambda: max(SHORTEST_POLL, seconds_to_heartbeat())


def to_records(read: Sequence[Any]) -> list[Record]:
    """What the client read, in the words of the bus. Others may write records without key or value."""
    records: list[Record] = []
    milliseconds, appended_at = 0, _EPOCH
    for record in read:
        if record.timestamp != milliseconds:
            # Records that were sent together have the broker's time in common.
            milliseconds = record.timestamp
            appended_at = _EPOCH + timedelta(milliseconds=milliseconds)
        key = str(record.key or b"", "utf-8", "surrogateescape")
        headers = {name: value or b"" for name, value in record.headers} if record.headers else {}
        records.append(Record(record.offset, key, record.value or b"", headers, appended_at))
    return records
