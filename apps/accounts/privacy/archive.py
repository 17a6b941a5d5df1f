"""All that is kept about a user, as one ZIP file that is written while it is sent."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import structlog

from apps.accounts.models import User
from apps.accounts.privacy.registry import Part, parts
from apps.common.errors import DomainError

log = structlog.get_logger(__name__)


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken; a ZIP file for it is written without going back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def write(user: User) -> Iterator[bytes]:
    """The file, piece by piece. A part that cannot be had just now says so in a file of its own."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts():
            yield from _add(archive, sink, part, user)
    yield sink.take()


def _add(archive: zipfile.ZipFile, sink: _Sink, part: Part, user: User) -> Iterator[bytes]:
    try:
        # Of what a part is long nobody knows before.
        with archive.open(part.name, "w", force_zip64=True) as file:
            for piece in part.write(user):
                file.write(piece)
                yield sink.take()
    except DomainError as error:
        log.warning("own_data_incomplete", part=part.name, code=error.code, user_id=user.pk)
        archive.writestr(f"{part.name}.incomplete.txt", f"{error.message}\n")
    yield sink.take()
