"""Lists of breached passwords as haveibeenpwned.com hands them out: SHA-1 hashes in hex, sorted, one a line, each
with or without `:count`. Such a list has 80 GB, so it is searched where it lies.
"""

import re
from dataclasses import dataclass
from hashlib import sha1
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

_line = re.compile(rb"([0-9A-Fa-f]{40})(:[0-9]+)?\s*").fullmatch
# Longer than any line of a list.
_LINE_BYTES = 80
# Lines that a check looks at.
_PROBES = 64


class CorruptList(Exception):
    """The file is no sorted list of hashes; the text says why."""


@dataclass(frozen=True, slots=True)
class BreachedList:
    """The list at `path`."""

    path: Path

    def contains(self, password: str) -> bool:
        """Whether `password` is in it: some 40 reads. Raises OSError when it cannot be read."""
        wanted = sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper().encode()
        with self.path.open("rb") as file:
            low, high = 0, file.seek(0, SEEK_END)
            # The line that is looked for begins at `low` or later, and before `high`.
            while low < high:
                middle = (low + high) // 2
                start, line = _line_from(file, middle)
                found = line[:40].upper()
                if found == wanted:
                    return True
                if line and found < wanted:
                    low = start + len(line)
                else:
                    high = middle
        return False

    def check(self) -> None:
        """Look at lines from all over the file. Raises OSError when it cannot be read, CorruptList when it is none."""
        with self.path.open("rb") as file:
            size = file.seek(0, SEEK_END)
            if size == 0:
                raise CorruptList("it is empty")
            before = b""
            for number in range(_PROBES):
                start, line = _line_from(file, size * number // _PROBES)
                if not line:
                    break
                match = _line(line)
                if match is None:
                    raise CorruptList(f"no SHA-1 hash in hex at byte {start}")
                if match[1].upper() < before:
                    raise CorruptList(f"not sorted by hash at byte {start}")
                before = match[1].upper()


def _line_from(file: BinaryIO, position: int) -> tuple[int, bytes]:
    """Start and bytes of the first line that begins at `position` or later; no bytes at the end of the file."""
    if position:
        # A line begins behind the first line feed from the byte before on.
        file.seek(position - 1)
        skipped = file.readline(_LINE_BYTES)
        position += len(skipped) - 1
    else:
        file.seek(0)
    return position, file.readline(_LINE_BYTES)
