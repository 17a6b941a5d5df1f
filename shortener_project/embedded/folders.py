"""Directories that belong to one owner, and files that only the owner may read."""

import os
import secrets
import stat
from pathlib import Path

from shortener_project.embedded import wiring
from shortener_project.embedded.errors import StartError

SECRETS = ("secret_key", "postgres_password", "clickhouse_password")


def make_var_dir(var_dir: Path) -> None:
    """Make the directories of `var_dir`, readable by their owner alone where that matters.

    Raises StartError naming VAR_DIR when it cannot be written.
    """
    try:
        _check_owner(var_dir)
        for name in ("", "run", "log", "spool"):
            (var_dir / name).mkdir(parents=True, exist_ok=True)
        make_private(var_dir / "secrets")
        for name in SECRETS:
            _make_secret(var_dir / "secrets" / name)
        (var_dir / "run" / "writable").write_bytes(b"")
        (var_dir / "run" / "writable").unlink()
    except OSError as error:
        raise StartError("VAR_DIR", f"{var_dir} is not writable ({error.strerror}: {error.filename})") from error


def make_runtime_dir(var_dir: Path) -> Path:
    """Make the directory of the engines' sockets.

    It lies in a directory that all may write to, so one that somebody else has put there is refused:
    raises StartError naming VAR_DIR.
    """
    directory = wiring.runtime_dir(var_dir)
    # Root's PostgreSQL runs as another user, who has to pass through.
    mode = 0o711 if os.getuid() == 0 else 0o700
    try:
        directory.mkdir(mode=mode, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StartError("VAR_DIR", f"the directory of its sockets, {directory}, belongs to somebody else; remove it")
        directory.chmod(mode)
    except OSError as error:
        raise StartError("VAR_DIR", f"cannot make the directory of its sockets, {directory} ({error.strerror})") from error
    return directory


def make_private(directory: Path) -> None:
    """Make `directory`, which its owner alone may open. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)


def write_private(file: Path, text: str) -> None:
    """Write `text` to `file`, which its owner alone may read; whole or not at all. Raises OSError."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)
    draft.replace(file)


def _check_owner(var_dir: Path) -> None:
    """Files of two users in one place end in errors that are hard to read."""
    secrets_dir = var_dir / "secrets"
    if secrets_dir.is_dir() and (owner := secrets_dir.stat().st_uid) != os.getuid():
        raise StartError("VAR_DIR", f"{var_dir} belongs to the user with the id {owner}, who started the product there before")


def _make_secret(file: Path) -> None:
    if not file.is_file() or not file.stat().st_size:
        write_private(file, secrets.token_urlsafe(48))
