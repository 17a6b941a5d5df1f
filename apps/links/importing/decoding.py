"""From the bytes of a file to its text, whatever the encoding, a piece at a time."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

# Characters of a line that are read at once: what is longer comes in pieces, so that no line fills the memory.
PIECE: Final = 256 * 1024
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path) -> str:
    """By its mark or, for UTF-16 without one, by its zeros; UTF-8 otherwise."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if pairs and zeros.count(0) > pairs * 0.6:
            return name
    return "utf-8"


def _opened(path: Path) -> TextIO:
    """Only UTF-8 has room for what is not UTF-8; elsewhere a replacement is put in its place."""
    encoding = encoding_of(path)
    return path.open(encoding=encoding, errors="surrogateescape" if encoding.startswith("utf-8") else "replace", newline="")


def lines(path: Path) -> Iterator[str]:
    """Its lines with their ends, in pieces of at most PIECE characters. What cannot be decoded becomes a lone
    surrogate, which no text may have (`is_decoded`)."""
    with _opened(path) as text:
        while piece := text.readline(PIECE):
            yield piece


def is_decoded(text: str) -> bool:
    """Whether `text` came out of its encoding whole."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


class Utf8(io.RawIOBase):
    """The same file as UTF-8 without a mark, for readers that know no other encoding."""

    def __init__(self, path: Path) -> None:
        self._text = _opened(path)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._left:
            self._left = self._text.read(PIECE).encode("utf-8", errors="surrogateescape")
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._text.close()
        super().close()
