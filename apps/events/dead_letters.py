"""Records put aside with their bytes and the reason, and how they come back."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from apps.events.bus import Message, Partition, Producer, Record
from apps.events.handlers import DeadLetter
from apps.events.metrics import DEAD_LETTERED
from apps.events.topics import dead_letter_topic

log = structlog.get_logger(__name__)

# Seconds that the bus may take to confirm.
CONFIRM_TIMEOUT = 10.0
# Header of a record that was brought back: the group that could not handle it.
REPLAYED_FOR = "replayed-for"
# The record's own headers keep their names behind this.
_ORIGINAL = "original-"


def is_replay_for(record: Record, group: str) -> bool:
    """Whether `record` came back from the dead letters of `group`, which has never handled it,
    whatever it knows of later records of the same producer."""
    return record.headers.get(REPLAYED_FOR) == group.encode()


def is_replay_for_others(record: Record, group: str) -> bool:
    """Whether `record` came back from the dead letters of another group; `group` had it before."""
    return REPLAYED_FOR in record.headers and not is_replay_for(record, group)


class DeadLetterOffice:
    """Takes the dead letters of one group."""

    def __init__(self, *, group: str, producer: Producer) -> None:
        self._group = group
        self._producer = producer

    def send(self, partition: Partition, letters: Sequence[DeadLetter]) -> None:
        """Put `letters` aside; they are durable on return. Raises BusUnavailable."""
        if not letters:
            return
        failed_at = datetime.now(UTC)
        messages = [to_message(letter, group=self._group, partition=partition, failed_at=failed_at) for letter in letters]
        self._producer.publish(dead_letter_topic(partition.topic), messages)
        self._producer.confirm(timeout=CONFIRM_TIMEOUT)
        DEAD_LETTERED.labels(self._group, partition.topic).inc(len(letters))
        for letter in letters:
            log.error(
                "event_dead_lettered",
                group=self._group,
                topic=partition.topic,
                partition=partition.number,
                offset=letter.record.offset,
                reason=letter.reason,
            )


def to_message(letter: DeadLetter, *, group: str, partition: Partition, failed_at: datetime) -> Message:
    """The dead letter as it lies in its topic: the record's key and bytes, and why and whence."""
    record = letter.record
    headers = {
        "reason": letter.reason.encode(errors="backslashreplace"),
        "group": group.encode(),
        "topic": partition.topic.encode(),
        "partition": str(partition.number).encode(),
        "log": partition.log_id.encode(),
        "offset": str(record.offset).encode(),
        "failed_at": failed_at.isoformat().encode(),
    }
    headers |= {_ORIGINAL + name: value for name, value in record.headers.items()}
    return Message(key=record.key, value=record.value, headers=headers)


def origin_of(record: Record) -> tuple[bytes | None, ...]:
    """Which group failed at which record. A consumer that ends between putting a record aside and
    its commit puts it aside again, so several dead letters may share an origin."""
    return tuple(record.headers.get(name) for name in ("group", "topic", "log", "partition", "offset"))


def to_original(record: Record) -> Message:
    """The message that became the dead letter `record`, marked for the group that failed."""
    original = {name.removeprefix(_ORIGINAL): value for name, value in record.headers.items() if name.startswith(_ORIGINAL)}
    return Message(key=record.key, value=record.value, headers={**original, REPLAYED_FOR: record.headers.get("group", b"")})
