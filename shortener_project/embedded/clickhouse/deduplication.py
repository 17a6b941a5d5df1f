"""Entries of the engine's deduplication logs for parts that a crash kept from being stored.

The engine notes a part's block id in its table's log before it moves the part into place. Killed in
between, it takes the repeated insert for a duplicate ever after, and the rows are lost. So before the
engine opens the directory, entries without a part on the disk are taken out of the logs.

Source of the formats: a log's lines are `operation TAB part name TAB block id`, operation 1 adds
(src/Storages/MergeTree/MergeTreeDeduplicationLog.cpp); a part's name is
`partition_minblock_maxblock_level[_mutation]` (src/Storages/MergeTree/MergeTreePartInfo.cpp).
"""

import fcntl
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ADDED = "1"
_PART_NAME = re.compile(r"(?P<partition>.+?)_(?P<first>\d+)_(?P<last>\d+)_\d+(?:_\d+)?")


class _Part(NamedTuple):
    partition: str
    first: int
    last: int

    def covers(self, other: "_Part") -> bool:
        """Whether the rows of `other` are in this part, by itself or by a merge."""
        return self.partition == other.partition and self.first <= other.first and other.last <= self.last


def forget_unstored_parts(directory: Path) -> int:
    """Take out of all logs below the engine's `directory` what was never stored.

    The engine must not be running; when another process has the directory open, nothing is touched.
    Returns the number of entries taken out. Raises OSError when a log cannot be read or replaced.
    """
    status = directory / "status"
    if not status.exists():
        # New, or ended in order: the engine removes the file then.
        return 0
    with status.open("rb") as lock:
        try:
            # The lock that the engine itself holds while it has the directory open.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return sum(_forget_in_table(logs.parent) for logs in sorted(directory.glob("store/*/*/deduplication_logs")))


def _forget_in_table(table: Path) -> int:
    stored = [part for entry in table.iterdir() if (part := _parse(entry.name))]
    return sum(_forget_in_log(log, stored) for log in sorted(table.glob("deduplication_logs/deduplication_log_*.txt")))


def _forget_in_log(log: Path, stored: list[_Part]) -> int:
    lines = log.read_text().splitlines(keepends=True)
    unstored = {number for number, part in _added(lines) if not any(candidate.covers(part) for candidate in stored)}
    if unstored:
        # Beside the logs' directory: the engine takes every file inside for a log.
        replacement = log.parent.with_name("deduplication_log.replacement")
        replacement.write_text("".join(line for number, line in enumerate(lines) if number not in unstored))
        replacement.replace(log)
    return len(unstored)


def _added(lines: list[str]) -> Iterator[tuple[int, _Part]]:
    for number, line in enumerate(lines):
        operation, _tab, rest = line.partition("\t")
        part = _parse(rest.partition("\t")[0])
        if operation == _ADDED and part:
            yield number, part


def _parse(name: str) -> _Part | None:
    found = _PART_NAME.fullmatch(name)
    return _Part(found["partition"], int(found["first"]), int(found["last"])) if found else None
