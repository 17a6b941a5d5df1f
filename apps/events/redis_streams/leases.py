"""Which member of a group holds which partition.

Every member computes the same fair share from the list of live members; a lease per partition makes
sure that at most one holds it. A lease is proven by its token at each read and commit, so a member
that slept through the end of its lease can do no harm.
"""

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from apps.events.bus import BusUnavailable, Partition
from apps.events.redis_streams import keys, scripts
from apps.events.redis_streams.connection import connect, translated_errors
from apps.events.redis_streams.keys import Slot

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a member counts as gone, in seconds: `lease` after it was last heard of; a member whose
    owner has not polled for `max_poll` is stuck and no longer heard of."""

    lease: float = 5.0
    max_poll: float = 300.0

    @property
    def lease_ms(self) -> str:
        return str(int(self.lease * 1000))

    @property
    def heartbeat(self) -> float:
        return self.lease / 5


# For production: a pause of the process or the network is no reason to move partitions.
PATIENT = Timing()


@dataclass(slots=True)
class Lease:
    """A partition held: the proof, and where the group stands in it."""

    partition: Partition
    token: str
    committed: int


class Leases:
    """Membership of one consumer in its group. A thread of its own keeps it alive between polls."""

    def __init__(self, *, group: str, slots: Sequence[Slot], timing: Timing) -> None:
        self._group = group
        self._slots = slots
        self._timing = timing
        self._members = keys.members(group, slots)
        self._member = secrets.token_hex(8)
        self._redis = connect()
        self._held: dict[Slot, Lease] = {}
        self._lost: set[str] = set()
        self._polled_at = time.monotonic()
        self._closed = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"heartbeat-{group}", daemon=True)

    @property
    def held(self) -> Mapping[Slot, Lease]:
        return self._held

    def balance(self) -> None:
        """Give up what is others' share, take what is ours and free. Raises BusUnavailable."""
        self._polled_at = time.monotonic()
        if not self._heart.is_alive():
            self._heart.start()
        for slot in [slot for slot, lease in self._held.items() if lease.token in self._lost]:
            self.forget(slot)
        self._lost.clear()
        share = self._share()
        self._release(self._held.keys() - share)
        self._acquire(share - self._held.keys())

    def forget(self, slot: Slot) -> None:
        """The lease has ended without us."""
        lease = self._held.pop(slot)
        log.info("partition_lost", group=self._group, topic=slot.topic, partition=lease.partition.number)

    def close(self) -> None:
        """Leave the group, so that others take over without waiting."""
        self._closed.set()
        if self._heart.is_alive():
            # A last heartbeat after the good-bye would keep our share from the others.
            self._heart.join(timeout=self._timing.heartbeat)
        try:
            self._release(set(self._held))
            with translated_errors():
                self._redis.zrem(self._members, self._member)
        except BusUnavailable as error:
            log.info("group_left_without_notice", group=self._group, reason=str(error))
        finally:
            self._redis.close()

    def _share(self) -> set[Slot]:
        with translated_errors():
            members = self._redis.eval(scripts.JOIN, 1, self._members, self._member, self._timing.lease_ms)
        assert isinstance(members, list)
        ranking = sorted(members)
        mine = ranking.index(self._member.encode())
        return set(self._slots[mine :: len(ranking)])

    def _release(self, slots: set[Slot]) -> None:
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for slot in slots:
                lease = self._held.pop(slot)
                pipeline.eval(scripts.RELEASE, 1, slot.lease(self._group), lease.token)
            pipeline.execute()

    def _acquire(self, slots: set[Slot]) -> None:
        wanted = {slot: secrets.token_hex(16) for slot in sorted(slots)}
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for slot, token in wanted.items():
                arguments = (secrets.token_hex(8), keys.offset_field(self._group), token, self._timing.lease_ms)
                pipeline.eval(scripts.ACQUIRE, 3, slot.stream, slot.state, slot.lease(self._group), *arguments)
            answers = pipeline.execute()
        for (slot, token), answer in zip(wanted.items(), answers, strict=True):
            if answer is not None:
                log_id, committed = answer
                self._held[slot] = Lease(Partition(slot.topic, slot.number, log_id.decode()), token, int(committed))

    def _beat(self) -> None:
        while not self._closed.wait(self._timing.heartbeat):
            if time.monotonic() - self._polled_at > self._timing.max_poll:
                continue
            try:
                self._renew()
            except BusUnavailable as error:
                # The owner learns it from its own next call; the leases end by themselves.
                log.debug("heartbeat_failed", group=self._group, reason=str(error))

    def _renew(self) -> None:
        leases = dict(self._held)
        with translated_errors(), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.eval(scripts.JOIN, 1, self._members, self._member, self._timing.lease_ms)
            for slot, lease in leases.items():
                pipeline.eval(scripts.RENEW, 1, slot.lease(self._group), lease.token, self._timing.lease_ms)
            answers = pipeline.execute()[1:]
        self._lost.update(lease.token for lease, answer in zip(leases.values(), answers, strict=True) if not answer)
