"""Reading the streams as a member of a group."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from apps.events.bus import Batch, Partition, PartitionLost, Record
from apps.events.redis_streams import keys, scripts
from apps.events.redis_streams.connection import connect, translated_errors
from apps.events.redis_streams.keys import Slot
from apps.events.redis_streams.leases import Lease, Leases, Timing
from apps.events.redis_streams.producer import HEADER_PREFIX

# How often the shares of the group are looked at, and so the longest single wait (s).
BALANCE_SECONDS = 0.5
# Records fetched at once when a range is read again.
RANGE_CHUNK = 5_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PREFIX_LENGTH = len(HEADER_PREFIX)

# Id, then names and values in turn, in the order in which they are appended: dictionaries of them would
# take a tenth of the time of ingest.
Entry = tuple[bytes, list[bytes]]


class RedisConsumer:
    """Consumer on Redis streams; for one thread."""

    def __init__(self, *, group: str, slots: Sequence[Slot], timing: Timing) -> None:
        self._group = group
        self._field = keys.offset_field(group)
        self._redis = connect()
        self._redis.set_response_callback("XRANGE", lambda entries, **_options: entries)
        self._leases = Leases(group=group, slots=slots, timing=timing)
        self._balanced_at = float("-inf")
        # Next offset to read, by lease token: a partition held anew starts at the committed offset.
        self._positions: dict[str, int] = {}
        self._paused: set[Slot] = set()

    def poll(self, *, timeout: float, max_records: int) -> Sequence[Batch]:
        deadline = time.monotonic() + timeout
        while True:
            self._balance_when_due()
            wait = max(0.0, min(BALANCE_SECONDS, deadline - time.monotonic()))
            batches = self._fetch(self._wait_for_records(wait), max_records)
            if batches or time.monotonic() >= deadline:
                return batches

    def commit(self, partition: Partition, next_offset: int) -> None:
        slot = Slot(partition.topic, partition.number)
        lease = self._lease(partition)
        arguments = (partition.log_id, self._field, lease.token, str(next_offset))
        with translated_errors():
            done = self._redis.eval(scripts.COMMIT, 3, slot.stream, slot.state, slot.lease(self._group), *arguments)
        if not done:
            self._leases.forget(slot)
            raise PartitionLost(f"{self._group}: {partition}")
        lease.committed = next_offset

    def rewind(self, partition: Partition) -> None:
        lease = self._leases.held.get(Slot(partition.topic, partition.number))
        if lease is not None:
            self._positions.pop(lease.token, None)

    def read_range(self, partition: Partition, first: int, last: int) -> Sequence[Record]:
        slot = Slot(partition.topic, partition.number)
        records: list[Record] = []
        while first <= last:
            with translated_errors(), self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hget(slot.state, "id")
                pipeline.xrange(slot.stream, f"0-{first}", f"0-{last}", count=RANGE_CHUNK)
                log_id, entries = pipeline.execute()
            if log_id != partition.log_id.encode():
                raise PartitionLost(f"{self._group}: {partition} is gone")
            records.extend(_to_record(entry) for entry in entries)
            if len(entries) < RANGE_CHUNK:
                break
            first = records[-1].offset + 1
        return records

    def pause(self, partition: Partition) -> None:
        self._paused.add(Slot(partition.topic, partition.number))

    def resume(self, partition: Partition) -> None:
        self._paused.discard(Slot(partition.topic, partition.number))

    def lag(self) -> Mapping[Partition, int]:
        held = dict(self._leases.held)
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for slot in held:
                pipeline.eval(scripts.LAG, 2, slot.stream, slot.state, self._field)
            answers = pipeline.execute()
        pairs = zip(held.values(), answers, strict=True)
        return {lease.partition: int(answer[1]) for lease, answer in pairs if answer is not None}

    def close(self) -> None:
        self._leases.close()
        self._redis.close()

    def _balance_when_due(self) -> None:
        if time.monotonic() - self._balanced_at < BALANCE_SECONDS:
            return
        self._leases.balance()
        self._balanced_at = time.monotonic()
        held = self._leases.held
        tokens = {lease.token for lease in held.values()}
        self._positions = {token: offset for token, offset in self._positions.items() if token in tokens}
        self._paused &= held.keys()

    def _position(self, lease: Lease) -> int:
        return self._positions.get(lease.token, lease.committed)

    def _wait_for_records(self, seconds: float) -> list[Slot]:
        """Partitions held that have something to read, waiting up to `seconds` for the first."""
        streams = {
            slot.stream: (slot, f"0-{self._position(lease) - 1}") for slot, lease in self._leases.held.items() if slot not in self._paused
        }
        if not streams:
            time.sleep(seconds)
            return []
        # The server takes 0 for "for ever".
        block = max(1, int(seconds * 1000)) if seconds else None
        with translated_errors():
            ready = self._redis.xread({name: last_read for name, (_, last_read) in streams.items()}, count=1, block=block)
        return [streams[bytes(name).decode()][0] for name, _ in cast("list[tuple[bytes, object]]", ready)]

    def _fetch(self, slots: Sequence[Slot], max_records: int) -> list[Batch]:
        """What the partitions hold, read together with the proof that they are still ours."""
        leases = [(slot, self._leases.held[slot]) for slot in slots]
        if not leases:
            return []
        with translated_errors(), self._redis.pipeline(transaction=True) as pipeline:
            for slot, lease in leases:
                pipeline.get(slot.lease(self._group))
                pipeline.hget(slot.state, "id")
                pipeline.xrange(slot.stream, f"0-{self._position(lease)}", "+", count=max_records)
            answers = pipeline.execute()
        batches = []
        for index, (slot, lease) in enumerate(leases):
            token, log_id, entries = answers[index * 3 : index * 3 + 3]
            if token != lease.token.encode() or log_id != lease.partition.log_id.encode():
                self._leases.forget(slot)
            elif entries:
                batches.append(Batch(lease.partition, [_to_record(entry) for entry in entries], len(entries) >= max_records))
                self._positions[lease.token] = batches[-1].last_offset + 1
        return batches

    def _lease(self, partition: Partition) -> Lease:
        lease = self._leases.held.get(Slot(partition.topic, partition.number))
        if lease is None or lease.partition != partition:
            raise PartitionLost(f"{self._group}: {partition}")
        return lease


def _to_record(entry: Entry) -> Record:
    entry_id, (_t, appended, _k, key, _v, value, *headers) = entry
    return Record(
        offset=int(entry_id[2:]),
        key=key.decode(),
        value=value,
        headers={name[_PREFIX_LENGTH:].decode(): content for name, content in zip(headers[::2], headers[1::2], strict=True)}
        if headers
        else {},
        appended_at=_EPOCH + timedelta(microseconds=int(appended)),
    )
