"""Spools to test with, and a producer that keeps what it is given."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from apps.events.bus import BusUnavailable, Message
from apps.redirects.frames import FILE_HEAD, read_frames
from apps.redirects.spool import Spool


class KeptMessages:
    """A bus of one process, that can be told to fail."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.fails_to_publish = False
        self.fails_to_confirm = False

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if self.fails_to_publish:
            raise BusUnavailable("told to fail")
        for message in messages:
            event = orjson.loads(message.value)
            assert (event["topic"], event["key"]) == (topic, message.key)
            self.payloads.append(event["payload"])
            self.ids.append(event["id"])

    def confirm(self, *, timeout: float) -> None:  # noqa: ARG002 - a producer's method
        if self.fails_to_confirm:
            raise BusUnavailable("told to fail")

    def close(self) -> None:
        pass

    def sequences(self) -> list[int]:
        return [payload["sequence"] for payload in self.payloads]


def click(code: str = "abc1234", agent: str = "Agent/1.0", **fields: str) -> bytes:
    link = ("7", "1", "3", "5", "2", "sho.test", code, "https://example.com/")
    visitor = ("GET", fields.get("address", "192.0.2.1"), agent, fields.get("referrer", ""), "en", fields.get("query", ""), "")
    return "\0".join((*link, *visitor)).encode()


def spool_with(directory: Path, clicks: int, *, file_bytes: int = 1 << 20) -> Spool:
    """A writer that is still at work and has written some clicks."""
    spool = Spool(directory, file_bytes=file_bytes)
    spool.open()
    for number in range(clicks):
        spool.append(1_700_000_000_000_000_000 + number, click())
    return spool


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.spool"))


def sequences_in(directory: Path) -> list[int]:
    """Sequence numbers of all good frames in a directory, file by file."""
    return [frame.sequence for path in files(directory) for frame in read_frames(path.read_bytes(), FILE_HEAD.size)]


def damage(path: Path, offset: int) -> None:
    """Turn one byte of a file over."""
    with path.open("r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0xFF]))
