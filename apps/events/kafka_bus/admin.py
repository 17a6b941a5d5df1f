"""Asking the brokers about topics and groups."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar

from apps.events.bus import BusUnavailable, Partition
from apps.events.kafka_bus import names
from apps.events.kafka_bus.connection import client_options, translated_errors
from apps.events.kafka_bus.diagnosis import why_unreachable
from apps.events.kafka_bus.library import KafkaAdminClient, KafkaError, KafkaNetClient, OffsetSpec, RetriableError, TopicPartition

# A client that finds no broker is asked again for so long (s): it fails at once while it has no connection.
PATIENCE = 4.0
_PAUSE = 0.1
_BOOTSTRAP_MS = 3_000

T = TypeVar("T")


class Admin:
    """One administrative client, made on first use and in each process anew; for several threads."""

    def __init__(self) -> None:
        self._client: Any = None
        self._pid = 0
        self._lock = Lock()

    def ask(self, question: Callable[[Any], T]) -> T:
        """What `question` makes of the client. Raises BusUnavailable after a few tries."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with translated_errors(), self._lock:
                    return question(self._connected())
            except BusUnavailable as error:
                if time.monotonic() > deadline or not isinstance(error.__cause__, RetriableError):
                    raise
                time.sleep(_PAUSE)

    def partitions(self, topics: Sequence[str]) -> dict[Partition, Any]:
        """Partitions of `topics` and their places. Raises BusUnavailable, also when a topic does not exist."""
        described = self.ask(lambda client: client.describe_topics([names.on_broker(topic) for topic in sorted(topics)]))
        if missing := [names.of_topic(topic["name"]) for topic in described if topic["error_code"]]:
            raise BusUnavailable(f"Kafka: no topic {', '.join(missing)}; `manage.py create_topics` makes them")
        return {
            Partition(names.of_topic(topic["name"]), part["partition_index"], str(topic["topic_id"])): TopicPartition(
                topic["name"], part["partition_index"]
            )
            for topic in described
            for part in sorted(topic["partitions"], key=lambda part: part["partition_index"])
        }

    def lag(self, *, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        """Records that `group` has not committed; all there are of partitions where it never has."""
        partitions = self.partitions(topics)
        places, name = list(partitions.values()), names.on_broker(group)

        def offsets(client: Any) -> tuple[Any, Any, Any]:
            committed = client.list_group_offsets({name: places})[name]
            begin = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
            return committed, begin, client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))

        committed, begin, end = self.ask(offsets)
        lags = {}
        for partition, place in partitions.items():
            stands = committed.get(place)
            # What retention has removed does not wait any more.
            reached = max(begin[place].offset, stands.offset if stands is not None and stands.offset >= 0 else 0)
            lags[partition] = max(0, end[place].offset - reached)
        return lags

    def close(self) -> None:
        """Release connections; the next question opens them again."""
        if self._client is not None and self._pid == os.getpid():
            self._client.close()
            self._client = None

    def _connected(self) -> Any:
        if self._pid != os.getpid():
            self._client, self._pid = None, os.getpid()
        if self._client is None:
            self._client = _connect()
        return self._client


def _connect() -> Any:
    """An administrative client. Its constructor waits for a broker, and when it fails it leaves a thread and
    descriptors behind, so the part that owns them is kept at hand. Raises BusUnavailable."""
    opened: list[Any] = []

    def open_net_client(**options: Any) -> Any:
        opened.append(KafkaNetClient(**options))
        return opened[-1]

    try:
        return KafkaAdminClient(**client_options(), bootstrap_timeout_ms=_BOOTSTRAP_MS, kafka_client=open_net_client)
    except KafkaError as error:
        for client in opened:
            client.close()
            client._manager._net.stop()
        raise BusUnavailable(f"Kafka: {why_unreachable()}") from error
