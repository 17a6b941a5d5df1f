"""The spool's format on disk, known to its writer and to the shipper alone.

A file is a header and frames. A frame is `length u32, crc32 u32, time_ns u64, sequence u64` (little
endian) and `length` bytes of fields joined by NUL, a byte that neither HTTP nor a URL can hold. The
checksum starts from time and sequence, so it covers the frame's head too.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"CLICKS01"
FILE_HEAD = struct.Struct("<8sQ")
FRAME_HEAD = struct.Struct("<IIQQ")
FIELDS = (
    *("link_id", "domain_id", "workspace_id", "owner_id", "link_version", "hostname", "code", "destination_url"),
    *("method", "address", "user_agent", "referrer", "accept_language", "query", "purpose"),
)
# Longest value kept of a visitor's header; the rest says nothing more.
FIELD_LIMIT = 2048
# No frame is longer: 7 visitor's fields, and the link's with a destination of 8 KB.
MAX_LENGTH = 32 * 1024
MIN_LENGTH = len(FIELDS) - 1

_pack_head = FRAME_HEAD.pack
_crc32 = zlib.crc32


class CorruptFrame(ValueError):
    """The bytes at this place are not a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One click as it stands in a spool; `end` is the offset behind it in the buffer read."""

    time_ns: int
    sequence: int
    fields: bytes
    end: int


def encode_frame(time_ns: int, sequence: int, fields: bytes) -> bytes:
    """The frame of one click."""
    return _pack_head(len(fields), _crc32(fields, (time_ns ^ sequence) & 0xFFFF_FFFF), time_ns, sequence) + fields


def cap_fields(fields: bytes) -> bytes:
    """`fields` with the visitor's part cut to FIELD_LIMIT bytes a value."""
    link, visitor = (values := fields.split(b"\0"))[:8], values[8:]
    return b"\0".join([*link, *(value[:FIELD_LIMIT] for value in visitor)])


def read_frame(buffer: bytes, offset: int) -> Frame | None:
    """The frame at `offset`, or None when `buffer` ends before it does. Raises CorruptFrame."""
    start = offset + FRAME_HEAD.size
    if start > len(buffer):
        return None
    length, checksum, time_ns, sequence = FRAME_HEAD.unpack_from(buffer, offset)
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise CorruptFrame(f"length {length}")
    end = start + length
    if end > len(buffer):
        return None
    fields = buffer[start:end]
    if _crc32(fields, (time_ns ^ sequence) & 0xFFFF_FFFF) != checksum:
        raise CorruptFrame("checksum")
    return Frame(time_ns, sequence, fields, end)


def read_frames(buffer: bytes, offset: int = 0) -> Iterator[Frame]:
    """Frames from `offset` to the last whole one. Raises CorruptFrame at the first bad one."""
    while (frame := read_frame(buffer, offset)) is not None:
        yield frame
        offset = frame.end


def find_frame(buffer: bytes, offset: int) -> int | None:
    """Offset of the first whole, good frame at or behind `offset`, or None."""
    for candidate in range(offset, len(buffer) - FRAME_HEAD.size - MIN_LENGTH + 1):
        try:
            if read_frame(buffer, candidate) is not None:
                return candidate
        except CorruptFrame:
            continue
    return None
