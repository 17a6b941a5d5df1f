"""What a redirector knows of one link: all that an answer and its click need."""

from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import orjson

# Raised when the meaning of a field changes; entries of another format count as absent.
FORMAT = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Where visitors go for whom all `conditions` hold (apps.links.conditions says their form)."""

    priority: int
    conditions: list[dict[str, Any]]
    destination_url: str
    weight: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One link as it stood at `version`. Instants are nanoseconds since the epoch, 0 = no limit;
    `owner_id` 0 = nobody, `max_clicks` 0 = no limit, `password_hash` "" = open to all. `rules` are
    in their order; `utm` are parameters that the destination gets unless it has them."""

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
    cache_seconds: int
    forward_query: bool
    forward_path: bool
    utm: dict[str, str]
    max_clicks: int
    password_hash: str
    is_crawlable: bool
    is_banned: bool
    is_flagged: bool
    rules: list[Rule]
    version: int

    @property
    def place(self) -> tuple[int, str]:
        return self.domain_id, self.code

    @property
    def needs_asking(self) -> bool:
        """Whether more than a look at the clock decides: a password, a warning, a limit on clicks."""
        return bool(self.password_hash or self.is_flagged or self.max_clicks)


@dataclass(frozen=True, slots=True)
class Absent:
    """Remembered: there is no link at this place."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The link changed; what is older than `version` must not be used again."""

    version: int


# Far quicker than `astuple`, which copies what is in the fields.
_values = attrgetter(*(field.name for field in fields_of(Snapshot)))
_rule_values = attrgetter(*(field.name for field in fields_of(Rule)))
_ABSENT = orjson.dumps({"f": FORMAT, "v": 0, "kind": "absent"})


def nanoseconds(instant: datetime | None) -> int:
    """An aware instant as nanoseconds since the epoch, exact to the microsecond; 0 for None."""
    return (instant - _EPOCH) // _MICROSECOND * 1000 if instant is not None else 0


def encode(snapshot: Snapshot | None) -> bytes:
    """The cache value of `snapshot`, or of a place without a link (None)."""
    if snapshot is None:
        return _ABSENT
    *fields, rules, version = _values(snapshot)
    fields.append([_rule_values(rule) for rule in rules])
    return orjson.dumps({"f": FORMAT, "v": version, "kind": "link", "fields": fields})


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
        *fields, rules = raw["fields"]
        return Snapshot(*[*fields, [Rule(*rule) for rule in rules], int(raw["v"])])
    except (ValueError, KeyError, TypeError):
        return None
