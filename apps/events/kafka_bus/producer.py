"""Appending to Kafka, exactly in the order of the calls."""

import os
import time
import weakref
import zlib
from collections.abc import Sequence
from typing import Any

import structlog

from apps.events.bus import BusUnavailable, Message
from apps.events.kafka_bus.connection import client_options, translated_errors
from apps.events.kafka_bus.library import KafkaProducer
from apps.events.kafka_bus.names import on_broker
from apps.events.kafka_bus.unacked import Unacked

log = structlog.get_logger(__name__)

# When a record that was sent once is not acknowledged within this time, the client's idempotent producer
# forgets its id and sends nothing any more, for good and without a word: no outage may last so long (ms).
DELIVERY_TIMEOUT_MS = 7 * 24 * 3600 * 1000
# The longest wait for metadata of a topic that is asked for the first time (ms); 60 s by default.
METADATA_WAIT_MS = 3_000
# How long a publisher may wait for room (s).
ROOM_SECONDS = 10.0
# Records are at most as long as topics take them, dead letters with their reasons included.
MAX_REQUEST_BYTES = 5 * 1024 * 1024
BATCH_BYTES = 128 * 1024
LINGER_MS = 2
CLOSE_SECONDS = 1.0

# All of this process, for its figures.
producers: "weakref.WeakSet[KafkaBusProducer]" = weakref.WeakSet()


class KafkaBusProducer:
    """Producer on Kafka; for one thread at a time.

    After a failure nothing is sent until all that was under way is settled. Then the caller repeats what
    was not confirmed, so a log holds a prefix of what was handed in, followed by a repetition that begins
    at or before its end.
    """

    def __init__(self) -> None:
        self._client: Any = None
        self._inherited: Any = None
        self._pid = 0
        self.unacked = Unacked()
        self._is_unsettled = False
        producers.add(self)

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        self._refuse_while_unsettled()
        try:
            with translated_errors():
                self._send_all(topic, messages)
        except BusUnavailable:
            self._is_unsettled = True
            raise

    def confirm(self, *, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while self._settled().count:
            if not self.unacked.wait_for_oldest(deadline - time.monotonic()):
                self._is_unsettled = True
                raise BusUnavailable(f"Kafka: {self.unacked.count} records not acknowledged within {timeout} s")

    def close(self) -> None:
        if self._client is None or self._pid != os.getpid():
            return
        client, self._client = self._client, None
        if self.unacked.count:
            # Its own `close` would flush first, and leave its thread running when that fails.
            client._sender.force_close()
            client._sender.join(CLOSE_SECONDS)
            self.unacked.clear()
        with translated_errors():
            client.close(timeout=CLOSE_SECONDS)

    def _send_all(self, topic: str, messages: Sequence[Message]) -> None:
        client, name = self._connected(), on_broker(topic)
        # Asked first, and with a short patience: `send` to a topic that is not known waits inside.
        count = len(client.partitions_for(name))
        for message in messages:
            self._await_room()
            future = client.send(
                name,
                value=message.value,
                key=message.key.encode(errors="surrogateescape"),
                headers=list(message.headers.items()),
                # As in the other bus. Kafka's own rule takes a hundred times as long in Python.
                partition=zlib.crc32(message.key.encode(errors="surrogateescape")) % count,
            )
            future.add_errback(_stop(client))
            self.unacked.add(future, message)

    def _connected(self) -> Any:
        if self._pid != os.getpid():
            # A child of a fork inherits a producer that takes records and never sends them. It is kept, since
            # its end would wait for what it never sends.
            self._inherited, self._client, self._pid = self._client, None, os.getpid()
            self.unacked.clear()
        if self._client is None:
            # Idempotence and acks are said although they are the default: acks alone would switch the other off.
            self._client = KafkaProducer(
                **client_options(),
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                max_block_ms=METADATA_WAIT_MS,
                max_request_size=MAX_REQUEST_BYTES,
                batch_size=BATCH_BYTES,
                linger_ms=LINGER_MS,
                allow_auto_create_topics=False,
            )
        return self._client

    def _await_room(self) -> None:
        if not self.unacked.is_full:
            return
        deadline = time.monotonic() + ROOM_SECONDS
        while self._settled().is_full:
            if not self.unacked.wait_for_oldest(deadline - time.monotonic()):
                raise BusUnavailable(f"Kafka: {self.unacked.count} records wait for their acknowledgement")

    def _refuse_while_unsettled(self) -> None:
        if not self._is_unsettled:
            return
        if waiting := self._settled().count:
            # To send them again now would only make the queue longer.
            raise BusUnavailable(f"Kafka: {waiting} records are still on their way, the oldest for {self.unacked.age:.0f} s")
        self._is_unsettled = False

    def _settled(self) -> Unacked:
        """What is still under way. Raises BusUnavailable when something has failed for good."""
        failure = self.unacked.take_acked()
        if failure is not None:
            # After a failure the client must not be used any more (see DELIVERY_TIMEOUT_MS); its successor
            # sends again what was not confirmed.
            log.warning("kafka_record_failed", reason=f"{type(failure).__name__}: {failure}", unsettled=self.unacked.count)
            self.close()
            self.unacked.clear()
            raise BusUnavailable(f"Kafka: {type(failure).__name__}: {failure}") from failure
        return self.unacked


def _stop(client: Any) -> Any:
    """Called on the client's own thread when a record fails, before it sends what comes after that: no later
    record of the partition may be in the log while an earlier one is missing."""

    def stop(_error: Exception) -> None:
        client._sender.force_close()

    return stop
