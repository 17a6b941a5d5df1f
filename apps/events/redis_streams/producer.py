"""Appending to the streams."""

import secrets
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import redis
import structlog

from apps.events.bus import BusUnavailable, Message
from apps.events.redis_streams import scripts
from apps.events.redis_streams.connection import connect, translated_errors
from apps.events.redis_streams.keys import Slot, slot_of

log = structlog.get_logger(__name__)

# Messages appended by one script: small enough not to stall other clients of the server.
CHUNK = 500
# The server is asked to wait for its disk at most this long at a time (ms).
WAIT_MS = 5_000
HEADER_PREFIX = "h:"


class RedisProducer:
    """Producer on Redis streams; for one thread at a time."""

    def __init__(self, *, partitions: int) -> None:
        self._partitions = partitions
        self._redis = connect()
        # Run ids of the servers that took messages not yet confirmed.
        self._runs: set[bytes] = set()
        self._can_confirm = True

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        by_slot: dict[Slot, list[Message]] = defaultdict(list)
        for message in messages:
            by_slot[slot_of(topic, message.key, self._partitions)].append(message)
        queues = {slot: iter(queue) for slot, queue in by_slot.items()}
        # One chunk of each partition at a time: after a failed chunk none of the same partition may
        # follow, or later messages would be in the log while earlier ones are missing.
        while queues:
            chunks = {slot: list(islice(queue, CHUNK)) for slot, queue in queues.items()}
            queues = {slot: queues[slot] for slot, chunk in chunks.items() if len(chunk) == CHUNK}
            self._append({slot: chunk for slot, chunk in chunks.items() if chunk})

    def _append(self, chunks: dict[Slot, list[Message]]) -> None:
        if not chunks:
            return
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for slot, chunk in chunks.items():
                pipeline.eval(scripts.APPEND, 2, slot.stream, slot.state, secrets.token_hex(8), *_arguments(chunk))
            self._runs.update(pipeline.execute())

    def confirm(self, *, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while self._runs and self._can_confirm:
            remaining_ms = int((deadline - time.monotonic()) * 1000)
            if remaining_ms <= 0:
                raise BusUnavailable(f"Redis: not on disk within {timeout} s")
            if self._is_on_disk(wait_ms=min(remaining_ms, WAIT_MS)):
                break
        self._runs.clear()

    def _is_on_disk(self, *, wait_ms: int) -> bool:
        """A write made now is on disk only after all that came before it, whichever connection
        brought them; another run id says that a restart may have lost some."""
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.eval(scripts.MARK, 1, "bus:confirm", WAIT_MS)
            pipeline.waitaof(1, 0, wait_ms)
            run, waited = pipeline.execute(raise_on_error=False)
        if isinstance(waited, redis.ResponseError) and _cannot_wait(waited):
            log.warning("bus_without_disk_confirmation", reason=str(waited), consequence="what was appended counts as durable")
            self._can_confirm = False
            waited = [1, 0]
        for answer in (run, waited):
            if isinstance(answer, Exception):
                raise BusUnavailable(f"Redis: {answer}") from answer
        if self._runs != {run}:
            self._runs.clear()
            raise BusUnavailable("Redis: restarted before the messages were on disk")
        return bool(waited[0] >= 1)

    def close(self) -> None:
        self._redis.close()


def _cannot_wait(error: redis.ResponseError) -> bool:
    """The server keeps no append-only file, or is older than the command."""
    return "appendonly is disabled" in str(error) or "unknown command" in str(error).lower()


def _arguments(chunk: list[Message]) -> Iterator[str | bytes | int]:
    for message in chunk:
        yield 4 + 2 * len(message.headers)
        yield from ("k", message.key, "v", message.value)
        for name, value in message.headers.items():
            yield from (HEADER_PREFIX + name, value)
