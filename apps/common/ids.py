"""Time-ordered identifiers: UUID version 7 as RFC 9562, section 5.7 lays it out."""

import secrets
import time
from uuid import UUID


def compose_uuid7(*, unix_ms: int, rand_a: int, rand_b: int) -> UUID:
    """UUIDv7 from its three fields: 48 bits of Unix milliseconds, 12 and 62 further bits."""
    return UUID(int=(unix_ms & 0xFFFF_FFFF_FFFF) << 80 | 7 << 76 | (rand_a & 0xFFF) << 64 | 2 << 62 | rand_b & (1 << 62) - 1)


def uuid7() -> UUID:
    """A new UUIDv7 of the present millisecond with 74 random bits."""
    return compose_uuid7(unix_ms=time.time_ns() // 1_000_000, rand_a=secrets.randbits(12), rand_b=secrets.randbits(62))
