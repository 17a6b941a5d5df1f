"""The form of a rule's conditions, as it is stored and as redirectors read it.

A condition is a mapping with a `kind`, what the kind needs, and `not: true` when it must not hold:

| kind | needs | holds when |
|---|---|---|
| device, os, browser | `values` out of CHOICES | the user agent says one of them |
| language | `values` such as `de` and `pt-BR` | the best match for Accept-Language is one of them |
| country | `values`, ISO 3166-1 alpha-2 | the visitor's address is in one of them |
| ip | `values`, addresses and networks | the visitor's address is in one of them |
| query | `name`, and `values`, of which there may be none | the parameter has one of them; without values, it is there |
| window | `from` and `until` in ISO 8601, one may be None | it is that time: `from` counts, `until` no longer |
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import IPv6Network, ip_network
from typing import Any, Final

from django.utils.translation import gettext as _
from django_countries.data import COUNTRIES

from apps.links.errors import LinkError
from apps.links.texts import is_printable

Condition = dict[str, Any]

MAX_CONDITIONS: Final = 10
MAX_VALUES: Final = 250
MAX_LENGTH: Final = 200
OTHER: Final = "Other"
# Names as they are stored and shown; apps.redirects.agents tells which of them a visitor has.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "device": ("desktop", "mobile", "tablet", "bot", "other"),
    "os": ("Android", "iOS", "Windows", "macOS", "Linux", "Chrome OS", OTHER),
    "browser": ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", OTHER),
}
# Codes that GeoIP databases know beside those of the standard.
_COUNTRIES = frozenset({*COUNTRIES, "XK"})
# Times of these years and beyond are slips.
_FIRST_YEAR, _LAST_YEAR = 1999, 3000
_is_language = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}\Z").match


def checked(conditions: Any) -> list[Condition]:
    """`conditions` in the one spelling that is stored. Raises LinkError with field "rules"; its
    `params` name the `condition` at fault by its place, from 0.

    Codes: `too_many_conditions`, `invalid_condition`, `condition_values`, `condition_too_long`,
    `invalid_language`, `invalid_country`, `invalid_network`, `invalid_time` and `window_empty`.
    """
    if not isinstance(conditions, Sequence) or isinstance(conditions, str):
        raise refusal("invalid_condition", _("Conditions are given as a list."))
    if len(conditions) > MAX_CONDITIONS:
        raise refusal("too_many_conditions", _("A rule can have at most %(limit)d conditions.") % {"limit": MAX_CONDITIONS})
    found = []
    for place, condition in enumerate(conditions):
        try:
            found.append(_checked_one(condition))
        except LinkError as error:
            raise refusal(error.code, error.message, condition=place) from None
    return found


def refusal(code: str, message: str, **params: object) -> LinkError:
    """The error to raise about a link's rules; `message` is a whole sentence that says what to do."""
    return LinkError(message, code=code, field="rules", params=params)


def _checked_one(condition: Any) -> Condition:
    if not isinstance(condition, Mapping):
        raise refusal("invalid_condition", _("A condition is given as an object with a kind."))
    kind = condition.get("kind")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    is_negated = condition.get("not", False)
    if check is None or not isinstance(is_negated, bool):
        message = _("There is no such condition. Choose one of: %(kinds)s.") % {"kinds": ", ".join(_CHECKS)}
        raise refusal("invalid_condition", message)
    found: Condition = {"kind": kind, **check(condition)}
    unknown = condition.keys() - found.keys() - {"not"}
    if unknown:
        message = _("A condition of the kind “%(kind)s” has no “%(names)s”. Remove it.")
        raise refusal("invalid_condition", message % {"kind": kind, "names": ", ".join(sorted(map(str, unknown)))[:MAX_LENGTH]})
    return found | {"not": True} if is_negated else found


def _values(condition: Mapping[str, Any], read: Callable[[str], str], *, may_be_empty: bool = False) -> list[str]:
    """The values, each read and once, in their order."""
    values = condition.get("values", ())
    if not isinstance(values, Sequence) or isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise refusal("condition_values", _("The values of a condition are a list of texts."))
    if len(values) > MAX_VALUES:
        raise refusal("condition_values", _("A condition can have at most %(limit)d values.") % {"limit": MAX_VALUES})
    found = list(dict.fromkeys(read(_bounded(value)) for value in values))
    if not found and not may_be_empty:
        raise refusal("condition_values", _("Give the condition at least one value."))
    return found


def _bounded(text: str) -> str:
    if len(text) > MAX_LENGTH:
        message = _("A value of a condition is too long: at most %(limit)d characters are possible.") % {"limit": MAX_LENGTH}
        raise refusal("condition_too_long", message)
    return text


def _choice(condition: Mapping[str, Any]) -> Condition:
    spelled = {name.lower(): name for name in CHOICES[condition["kind"]]}

    def read(text: str) -> str:
        if (name := spelled.get(text.strip().lower())) is None:
            message = _("“%(value)s” is not among the choices: %(choices)s.")
            raise refusal("condition_values", message % {"value": text, "choices": ", ".join(spelled.values())})
        return name

    return {"values": _values(condition, read)}


def _language(condition: Mapping[str, Any]) -> Condition:
    return {"values": _values(condition, _read_language)}


def _read_language(text: str) -> str:
    tag = text.strip().replace("_", "-").lower()
    if _is_language(tag) is None:
        raise refusal("invalid_language", _("“%(value)s” is not a language. Write it like “de” or “pt-BR”.") % {"value": text})
    first, *rest = tag.split("-")
    return "-".join([first, *(_spelled(part) for part in rest)])


def _spelled(subtag: str) -> str:
    """A region in capitals, a script with one: zh-Hant-TW."""
    return {2: subtag.upper(), 4: subtag.title()}.get(len(subtag), subtag)


def _country(condition: Mapping[str, Any]) -> Condition:
    return {"values": _values(condition, _read_country)}


def _read_country(text: str) -> str:
    code = text.strip().upper()
    if code not in _COUNTRIES:
        message = _("“%(value)s” is not a country. Write its code of two letters, like “DE” or “AT”.") % {"value": text}
        raise refusal("invalid_country", message)
    return code


def _query(condition: Mapping[str, Any]) -> Condition:
    name = condition.get("name")
    if not isinstance(name, str) or not name.strip():
        raise refusal("condition_values", _("Name the parameter of the query that the condition is about."))
    return {"name": _plain(_bounded(name)), "values": _values(condition, _plain, may_be_empty=True)}


def _plain(text: str) -> str:
    if not is_printable(text):
        raise refusal("condition_values", _("Remove line breaks and other control characters."))
    return text.strip()


def _window(condition: Mapping[str, Any]) -> Condition:
    first, last = _read_time(condition.get("from")), _read_time(condition.get("until"))
    if first is None and last is None:
        raise refusal("invalid_time", _("Say from when or until when the rule is meant."))
    if first is not None and last is not None and last <= first:
        raise refusal("window_empty", _("The condition would end before it begins. Choose a later end."))
    return {"from": first.isoformat() if first else None, "until": last.isoformat() if last else None}


def _read_time(value: Any) -> datetime | None:
    """In UTC, the spelling in which all times are stored."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _FIRST_YEAR < moment.year < _LAST_YEAR:
        message = _("A time is written like 2026-12-31T18:00:00+01:00, with its offset, between the years %(first)d and %(last)d.")
        raise refusal("invalid_time", message % {"first": _FIRST_YEAR + 1, "last": _LAST_YEAR - 1})
    return moment.astimezone(UTC)


def _ip(condition: Mapping[str, Any]) -> Condition:
    return {"values": _values(condition, _read_network)}


def _read_network(text: str) -> str:
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        message = _("“%(value)s” is not an IP address or network. Write it like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.")
        raise refusal("invalid_network", message % {"value": text}) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and (inside := network.network_address.ipv4_mapped):
        # Visitors' addresses are never written so.
        return str(ip_network((inside, network.prefixlen - 96)))
    return str(network)


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], Condition]]] = {
    "device": _choice,
    "os": _choice,
    "browser": _choice,
    "language": _language,
    "country": _country,
    "query": _query,
    "window": _window,
    "ip": _ip,
}
KINDS: Final[Iterable[str]] = tuple(_CHECKS)
