"""Names of the keys. All keys of one partition share a hash tag, so that a script may touch them."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple


class Slot(NamedTuple):
    """A partition by its place, whichever log it holds at present."""

    topic: str
    number: int

    @property
    def stream(self) -> str:
        """The entries, with ids 0-OFFSET."""
        return f"bus:{{{self.topic}:{self.number}}}"

    @property
    def state(self) -> str:
        """Hash: `id` of the log, `run` of the server that wrote last, `offset:GROUP` per group."""
        return f"{self.stream}:state"

    def lease(self, group: str) -> str:
        """Token of the consumer of `group` that holds the partition; expires by itself."""
        return f"{self.stream}:lease:{group}"


def members(group: str, slots: Sequence[Slot]) -> str:
    """Sorted set: live members of a group by the time at which they count as dead (Unix ms).

    Only members with the same partitions in mind can compute shares that fit together.
    """
    subscription = zlib.crc32(repr([tuple(slot) for slot in slots]).encode())
    return f"bus:members:{group}:{subscription:08x}"


def offset_field(group: str) -> str:
    return f"offset:{group}"


def slot_of(topic: str, key: str, partitions: int) -> Slot:
    """Where messages of `key` go, the same in every process and version."""
    return Slot(topic, zlib.crc32(key.encode()) % partitions)
