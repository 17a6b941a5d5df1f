"""Hosts that send made-up referrers, so that their names appear in statistics."""

import time
from collections.abc import Container
from pathlib import Path

import structlog

from apps.common.visitors.metrics import ENRICHMENT_ERRORS

log = structlog.get_logger(__name__)

CHECK_SECONDS = 10.0
# The lists that are kept in the open have a few thousand hosts.
MAX_BYTES = 8 * 1024 * 1024


class SpamHosts:
    """The hosts in the file at `path`, one a line, and all below them. The file is read again when it
    changes; the last good one stays in use. None while there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hosts: frozenset[str] = frozenset()
        self._seen: tuple[int, int, int] | None = None
        self._next_check = 0.0

    def __contains__(self, host: object) -> bool:
        if time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_SECONDS
            self.refresh()
        return bool(self._hosts) and isinstance(host, str) and _covers(self._hosts, host)

    def refresh(self) -> None:
        """Read the file again if it has changed. Never raises."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return
            self._seen = seen
            self._hosts = read_hosts(self._path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            ENRICHMENT_ERRORS["referrer_spam", "file"] += 1
            log.warning("referrer_spam_unusable", path=str(self._path), error=str(error))


def read_hosts(data: bytes) -> frozenset[str]:
    """Hosts of a list: one a line, in lower case, blank lines and those that begin with # left out.

    Raises ValueError for what is no such list.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    lines = (line.strip().lower().rstrip(".") for line in data.decode().splitlines())
    hosts = frozenset(line for line in lines if line and not line.startswith("#"))
    if strange := next((host for host in hosts if "." not in host or "/" in host or not host.isprintable() or " " in host), ""):
        raise ValueError(f"no host: {strange[:100]!r}")
    return hosts


def _covers(hosts: Container[str], host: str) -> bool:
    """Whether `host` or a domain above it is among `hosts`."""
    while host:
        if host in hosts:
            return True
        host = host.partition(".")[2]
    return False
