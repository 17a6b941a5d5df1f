"""What of a value may stand in the audit log: no secrets, and nothing that PostgreSQL cannot hold."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address, ip_network
from types import NoneType
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from apps.common.logs import escape

HIDDEN: Final = "•••"
# Names of fields whose values are nobody's business; that they are set may be known.
_is_secret = re.compile(r"password|passwd|secret|token|hash|otp|recovery|cookie|credential|private", re.IGNORECASE).search
_is_storable = re.compile("[^\0\ud800-\udfff]*").fullmatch
# What the encoder of the columns knows by itself.
_JSON_TYPES: Final = (NoneType, bool, int, datetime, date, time, timedelta, Decimal, UUID)
# Characters of one text: twice the longest destination URL.
_MAX_TEXT: Final = 16_384
# What is left of an address by the policy "truncated", in bits.
_KEPT_BITS: Final = {4: 24, 6: 48}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both without the fields that they agree on, and fit to be stored. A field that is in one alone stays there."""
    missing = object()
    names = [name for name in {**before, **after} if before.get(name, missing) != after.get(name, missing)]
    return _of(before, names), _of(after, names)


def _of(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return storable({name: values[name] for name in names if name in values})


def storable(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with secrets hidden and texts that can be stored, also inside lists and mappings."""
    return {text(str(name)): _hidden(value) if _is_secret(str(name)) else _plain(value) for name, value in values.items()}


def text(value: str, *, limit: int = _MAX_TEXT) -> str:
    """`value`, cut at `limit`; what PostgreSQL refuses is written as an escape sequence."""
    cut = value[:limit]
    return cut if _is_storable(cut) else "".join(char if _is_storable(char) else escape(char) for char in cut)[:limit]


def kept_address(address: str) -> str | None:
    """What of an address is stored, by the setting AUDIT_ADDRESS_POLICY; None for nothing."""
    policy = settings.AUDIT_ADDRESS_POLICY
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if policy == "none":
        return None
    return str(parsed) if policy == "full" else str(ip_network((parsed, _KEPT_BITS[parsed.version]), strict=False).network_address)


def _hidden(value: Any) -> Any:
    """That there is something, or is not, may be said."""
    return value if value is None or isinstance(value, bool) else HIDDEN if value else ""


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return text(str(value))
    if isinstance(value, Mapping):
        return storable(value)
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, bytes | bytearray | memoryview):
        return HIDDEN
    return value if isinstance(value, _JSON_TYPES) else text(str(value))
