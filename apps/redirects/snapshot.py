"""What a redirector knows of one link: all that an answer and its click need."""

from dataclasses import dataclass
from typing import Any

import orjson

# Raised when the meaning of a field changes; entries of another format count as absent.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One link as it stood at `version`. Instants are nanoseconds since the epoch, 0 = no limit;
    `owner_id` 0 = nobody."""

    link_id: int
    domain_id: int
    workspace_id: int
    owner_id: int
    hostname: str
    code: str
    destination_url: str
    status: int
    is_active: bool
    is_deleted: bool
    valid_from_ns: int
    expires_at_ns: int
    version: int

    @property
    def place(self) -> tuple[int, str]:
        return self.domain_id, self.code


@dataclass(frozen=True, slots=True)
class Absent:
    """Remembered: there is no link at this place."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The link changed; what is older than `version` must not be used again."""

    version: int


_ABSENT = orjson.dumps({"f": FORMAT, "v": 0, "kind": "absent"})


def encode(snapshot: Snapshot | None) -> bytes:
    """The cache value of `snapshot`, or of a place without a link (None)."""
    if snapshot is None:
        return _ABSENT
    return orjson.dumps(
        {
            "f": FORMAT,
            "v": snapshot.version,
            "kind": "link",
            "fields": [
                snapshot.link_id,
                snapshot.domain_id,
                snapshot.workspace_id,
                snapshot.owner_id,
                snapshot.hostname,
                snapshot.code,
                snapshot.destination_url,
                snapshot.status,
                snapshot.is_active,
                snapshot.is_deleted,
                snapshot.valid_from_ns,
                snapshot.expires_at_ns,
            ],
        }
    )


def encode_tombstone(version: int) -> bytes:
    """The cache value that refuses everything older than `version`."""
    return orjson.dumps({"f": FORMAT, "v": version, "kind": "tombstone"})


def decode(data: bytes | None) -> Snapshot | Absent | Tombstone | None:
    """What a cache value says; None for nothing, another format, or anything malformed."""
    if data is None:
        return None
    try:
        raw: dict[str, Any] = orjson.loads(data)
        if raw["f"] != FORMAT:
            return None
        if raw["kind"] == "absent":
            return Absent()
        if raw["kind"] == "tombstone":
            return Tombstone(int(raw["v"]))
        return Snapshot(*[*raw["fields"], int(raw["v"])])
    except (ValueError, KeyError, TypeError):
        return None
