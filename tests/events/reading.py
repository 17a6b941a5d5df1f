"""Small steps that many bus tests take."""

import time
from collections.abc import Callable, Sequence

from apps.events.bus import Batch, Consumer, Message, Producer


def publish(producer: Producer, *values: str, key: str = "k", topic: str = "clicks") -> None:
    """Append `values` under one key and wait until they are durable."""
    producer.publish(topic, [Message(key=key, value=value.encode()) for value in values])
    producer.confirm(timeout=5)


def publish_spread(producer: Producer, count: int, *, topic: str = "clicks") -> set[str]:
    """Append `count` messages under as many keys, so that every partition gets some."""
    values = [f"m{number}" for number in range(count)]
    producer.publish(topic, [Message(key=value, value=value.encode()) for value in values])
    producer.confirm(timeout=5)
    return set(values)


def read(consumer: Consumer, *, at_least: int, timeout: float = 5.0, max_records: int = 100) -> list[Batch]:
    """Batches until they hold `at_least` records, or those that came before `timeout`."""
    batches: list[Batch] = []
    deadline = time.monotonic() + timeout
    while sum(len(batch.records) for batch in batches) < at_least and time.monotonic() < deadline:
        batches.extend(consumer.poll(timeout=0.2, max_records=max_records))
    return batches


def values(batches: Sequence[Batch]) -> list[str]:
    return [record.value.decode() for batch in batches for record in batch.records]


def commit(consumer: Consumer, batches: Sequence[Batch]) -> None:
    for batch in batches:
        consumer.commit(batch.partition, batch.last_offset + 1)


def wait_until(condition: Callable[[], bool], *, timeout: float = 10.0) -> None:
    """Fails the test when `condition` does not come true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
