"""Files on their way in: readable by the product alone, and gone when their import has ended."""

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from apps.links.importing.errors import ImportRefused


def path_of(public_id: UUID) -> Path:
    """Where the file of an import is, or was."""
    return Path(settings.STORAGE_DIR) / "imports" / str(public_id)


def keep(public_id: UUID, pieces: Iterable[bytes]) -> int:
    """Write the file, and say how many bytes it has. Raises ImportRefused with the codes `file_empty` and `file_too_large`."""
    path, size = path_of(public_id), 0
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                size += len(piece)
                _require_size(size)
                file.write(piece)
        _require_size(size)
    except ImportRefused:
        discard(public_id)
        raise
    return size


def discard(public_id: UUID) -> None:
    """Remove the file, if there is one."""
    path_of(public_id).unlink(missing_ok=True)


def _require_size(size: int) -> None:
    if not size:
        raise ImportRefused(_("The file is empty."), code="file_empty", field="file")
    if size <= settings.IMPORT_MAX_BYTES:
        return
    message = _("The file is too large: at most %(limit)d MB can be imported at once. Cut it into several.")
    raise ImportRefused(message % {"limit": settings.IMPORT_MAX_BYTES // 1024**2}, code="file_too_large", field="file")
