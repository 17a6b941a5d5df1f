"""Numbers and strings as the native protocol writes them."""

from collections.abc import Callable

_READ_AT_LEAST = 64 * 1024
_READ_AT_MOST = 1024 * 1024


def write_varint(value: int) -> bytes:
    """LEB128 of an unsigned number."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_string(value: str | bytes) -> bytes:
    """Length in bytes, then the bytes."""
    data = value.encode() if isinstance(value, str) else value
    return write_varint(len(data)) + data


class Reader:
    """Reads from a socket or from bytes, and keeps what it has read, so that a part can be cut out.

    All methods raise EOFError when the other side ends before the value does.
    """

    def __init__(self, data: bytes = b"", *, receive: Callable[[int], bytes] | None = None) -> None:
        self.buffer = bytearray(data)
        self.position = 0
        self._receive = receive

    @property
    def unread(self) -> int:
        """Bytes received and not yet read."""
        return len(self.buffer) - self.position

    def compact(self) -> None:
        """Forget what has been read."""
        del self.buffer[: self.position]
        self.position = 0

    def cut(self, start: int) -> bytes:
        """The bytes from `start` up to the present position."""
        return bytes(memoryview(self.buffer)[start : self.position])

    def skip(self, count: int) -> None:
        self._fill(count)
        self.position += count

    def byte(self) -> int:
        self._fill(1)
        self.position += 1
        return self.buffer[self.position - 1]

    def uint64(self) -> int:
        self.skip(8)
        return int.from_bytes(self.buffer[self.position - 8 : self.position], "little")

    def varint(self) -> int:
        value = 0
        for shift in range(0, 64, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise EOFError

    def string(self, *, limit: int | None = None) -> bytes:
        """A string; raises EOFError for one longer than `limit` bytes, which no honest client sends."""
        length = self.varint()
        if limit is not None and length > limit:
            raise EOFError
        self.skip(length)
        return bytes(self.buffer[self.position - length : self.position])

    def skip_strings(self, count: int) -> None:
        """Skip `count` strings. Most of the time of an insert is spent here, hence the local names."""
        buffer, position, size = self.buffer, self.position, len(self.buffer)
        for _ in range(count):
            if size - position < 10:
                self.position = position
                self._fill(1)
                size = len(buffer)
            length = buffer[position]
            position += 1
            if length >= 0x80:
                self.position = position - 1
                length = self.varint()
                position = self.position
                size = len(buffer)
            position += length
            if position > size:
                self.position = position - length
                self._fill(length)
                size = len(buffer)
        self.position = position

    def _fill(self, count: int) -> None:
        """Have at least `count` unread bytes."""
        while (missing := count - self.unread) > 0:
            wanted = max(_READ_AT_LEAST, min(missing, _READ_AT_MOST))
            chunk = self._receive(wanted) if self._receive else b""
            if not chunk:
                raise EOFError
            self.buffer += chunk
