"""What the payload of each topic holds, by version.

A version is frozen once it has been published: fields may be added to it (readers ignore what they
do not know), never removed or given another meaning. Anything else is a new version, and readers
keep the old one for as long as the bus may hold it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, cast

from apps.events.errors import InvalidPayload
from apps.events.topics import Topic

Check = Callable[[object], bool]
Schema = Mapping[str, Check]

_PRODUCER_ID = re.compile(r"[0-9a-f]{16}\Z")
LARGEST_INTEGER = 2**63 - 1  # what every store behind the bus can hold


def text(value: object) -> bool:
    return isinstance(value, str)


def whole(value: object) -> bool:
    """A whole number, not negative."""
    return type(value) is int and 0 <= value <= LARGEST_INTEGER


def positive(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST_INTEGER


def figure(value: object) -> bool:
    """A number, whole or not, neither negative nor infinite."""
    return type(value) in {int, float} and 0 <= cast("float", value) <= LARGEST_INTEGER


def flag(value: object) -> bool:
    return isinstance(value, bool)


def moment(value: object) -> bool:
    """A time in ISO 8601 with its offset."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def producer_id(value: object) -> bool:
    """Sixteen hexadecimal digits."""
    return isinstance(value, str) and _PRODUCER_ID.match(value) is not None


def country_code(value: object) -> bool:
    """Two capital letters, as in ISO 3166-1 alpha-2."""
    return type(value) is str and len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()


def texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def nullable(check: Check) -> Check:
    return lambda value: value is None or check(value)


LINK_V1: Schema = {
    "link_id": positive,
    "domain_id": positive,
    "hostname": text,
    "code": text,
    "destination_url": text,
    "workspace_id": positive,
    "owner_id": nullable(positive),
    "title": text,
    "tags": texts,
    "is_active": flag,
    "valid_from": nullable(moment),
    "expires_at": nullable(moment),
    "deleted_at": nullable(moment),
    "link_version": whole,
}

# What a visitor sent, and where the redirector wrote it down.
_HIT_V1: Schema = {
    "method": text,
    "address": text,
    "user_agent": text,
    "referrer": text,
    "accept_language": text,
    "query": text,
    "purpose": text,
    "producer_id": producer_id,
    "sequence": positive,
}

CLICK_V1: Schema = {
    "link_id": positive,
    "domain_id": positive,
    "hostname": text,
    "code": text,
    "destination_url": text,
    "workspace_id": positive,
    "owner_id": nullable(positive),
    "link_version": whole,
    **_HIT_V1,
}

# A hit on a short domain that no link was at.
ORPHAN_V1: Schema = {
    "domain_id": positive,
    # None for a domain of the installation.
    "workspace_id": nullable(positive),
    "hostname": text,
    # "unknown_code" or "root".
    "kind": text,
    "path": text,
    **_HIT_V1,
}

# Which link an event about its clicks speaks of.
_FOLLOWED_V1: Schema = {
    "link_id": positive,
    "domain_id": positive,
    "hostname": text,
    "code": text,
    "workspace_id": positive,
    "owner_id": nullable(positive),
    "link_version": whole,
}

# A link began to trend; once an episode.
TRENDING_V1: Schema = {
    **_FOLLOWED_V1,
    "episode_id": positive,
    "window_seconds": positive,
    # In the window that ends at `occurred_at`, and in such a window on average over the hour before it.
    "clicks": whole,
    "usual_clicks": whole,
}

# Unusually many clicks for this link; once an episode.
HIGH_TRAFFIC_V1: Schema = {
    **_FOLLOWED_V1,
    "episode_id": positive,
    "hour": moment,
    # In this hour by now, and the median of the link's hours before.
    "clicks": whole,
    "usual_clicks": figure,
    # How many times the usual spread lies between the two.
    "score": figure,
}

# Something was done to the account of a user, or to what is a user's own.
USER_V1: Schema = {
    "user_id": positive,
    # A word of the audit log, such as "api_key.created".
    "action": text,
    # Who did it; None for the installation itself.
    "actor_id": nullable(positive),
    "workspace_id": nullable(positive),
    # As the audit log names it.
    "target_type": text,
    "target_id": text,
    "target_label": text,
}

SCHEMAS: Mapping[tuple[str, int], Schema] = {
    (Topic.URL_CREATED, 1): LINK_V1,
    (Topic.URL_UPDATED, 1): LINK_V1,
    (Topic.URL_DELETED, 1): LINK_V1,
    (Topic.URL_EXPIRED, 1): LINK_V1,
    (Topic.URL_REDIRECTED, 1): CLICK_V1,
    (Topic.ORPHAN_CLICK, 1): ORPHAN_V1,
    (Topic.URL_TRENDING, 1): TRENDING_V1,
    (Topic.HIGH_TRAFFIC, 1): HIGH_TRAFFIC_V1,
    (Topic.USER, 1): USER_V1,
}

# Fields that a payload may leave out.
_LINK_V1_OPTIONAL: Schema = {
    # Codes that the link had before; they lead to it too.
    "aliases": texts,
    "description": text,
}
OPTIONAL: Mapping[tuple[str, int], Schema] = {
    **{(topic, 1): _LINK_V1_OPTIONAL for topic in (Topic.URL_CREATED, Topic.URL_UPDATED, Topic.URL_DELETED, Topic.URL_EXPIRED)},
    # Where the visitor was; only clicks brought in from elsewhere say so.
    (Topic.URL_REDIRECTED, 1): {"country": country_code},
}


def _fields(schema: Schema, check: Check) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Gets the values of the fields that `check` is for out of a payload; the first such field twice, so that it is a tuple."""
    names = [name for name, accepts in schema.items() if accepts is check]
    return itemgetter(names[0], *names) if names else lambda _payload: ()


_TEXT = {str}


class _AtOnce:
    """A schema whose fields of one kind are looked at together: five times as fast as one by one."""

    def __init__(self, schema: Schema) -> None:
        self._texts, self._positives, self._wholes = (_fields(schema, check) for check in (text, positive, whole))
        self._others = [(name, accepts) for name, accepts in schema.items() if accepts not in {text, positive, whole}]

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        """Whether all fields are right, but for optional ones."""
        try:
            texts, positives, wholes = self._texts(payload), self._positives(payload), self._wholes(payload)
            return (
                set(map(type, texts)) <= _TEXT
                and _are_numbers(positives, 1)
                and _are_numbers(wholes, 0)
                and all(accepts(payload[name]) for name, accepts in self._others)
            )
        except KeyError:
            return False


def _are_numbers(values: tuple[Any, ...], least: int) -> bool:
    return not values or (set(map(type, values)) == {int} and min(values) >= least and max(values) <= LARGEST_INTEGER)


AT_ONCE = {key: _AtOnce(schema) for key, schema in SCHEMAS.items()}


def check(*, topic: str, version: int, payload: Mapping[str, Any]) -> None:
    """Accept a payload read from the bus. Raises InvalidPayload naming the first wrong field."""
    schema = SCHEMAS.get((topic, version))
    if schema is None:
        raise InvalidPayload(f"unknown schema: {topic} version {version}")
    if not AT_ONCE[topic, version].accepts(payload):
        _check_each(schema, payload)
    for name, accepts in OPTIONAL.get((topic, version), {}).items():
        if name in payload and not accepts(payload[name]):
            raise InvalidPayload(f"payload: {name} has a wrong value")


def _check_each(schema: Schema, payload: Mapping[str, Any]) -> None:
    for name, accepts in schema.items():
        if name not in payload:
            raise InvalidPayload(f"payload: {name} is missing")
        if not accepts(payload[name]):
            raise InvalidPayload(f"payload: {name} has a wrong value")


def check_strictly(*, topic: str, version: int, payload: Mapping[str, Any]) -> None:
    """As `check`, for a payload about to be written: fields unknown to the schema are refused too."""
    check(topic=topic, version=version, payload=payload)
    unknown = payload.keys() - SCHEMAS[topic, version].keys() - OPTIONAL.get((topic, version), {}).keys()
    if unknown:
        raise InvalidPayload(f"payload: {', '.join(sorted(unknown))} is not in the schema")
