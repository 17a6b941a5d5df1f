"""From stored conditions (their form is that of apps.links.conditions) to functions of a visit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from apps.redirects.snapshot import nanoseconds
from apps.redirects.visits import Visit, agent_of, language_of, load_agents, number_of, parameters_of, places

Holds = Callable[[Visit], bool]

_NEVER_NS = 1 << 62


def compiled(condition: Mapping[str, Any]) -> Holds:
    """Whether a visit meets `condition`. Raises KeyError, TypeError, ValueError or AttributeError for
    one that was not stored by apps.links.rules."""
    holds = _KINDS[condition["kind"]](condition)
    return _negated(holds) if condition.get("not") else holds


def instants_of(conditions: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """When windows among `conditions` begin and end, in nanoseconds since the epoch; unreadable ones are passed over."""
    for condition in conditions:
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            if condition["kind"] == "window":
                yield from [_nanoseconds(value) for value in (condition["from"], condition["until"]) if value]


def _negated(holds: Holds) -> Holds:
    return lambda visit: not holds(visit)


def _device(condition: Mapping[str, Any]) -> Holds:
    load_agents()
    values = frozenset(condition["values"])
    return lambda visit: agent_of(visit.agent).device in values


def _os(condition: Mapping[str, Any]) -> Holds:
    load_agents()
    values = frozenset(condition["values"])
    return lambda visit: agent_of(visit.agent).os in values


def _browser(condition: Mapping[str, Any]) -> Holds:
    load_agents()
    values = frozenset(condition["values"])
    return lambda visit: agent_of(visit.agent).browser in values


def _language(condition: Mapping[str, Any]) -> Holds:
    values = frozenset(value.lower() for value in condition["values"])
    beginnings = tuple(f"{value}-" for value in values)

    def holds(visit: Visit) -> bool:
        language = language_of(visit.language)
        return language in values or language.startswith(beginnings)

    return holds


def _country(condition: Mapping[str, Any]) -> Holds:
    values = frozenset(condition["values"])
    locate = places().locate
    return lambda visit: locate(visit.address.decode("latin-1")).country in values


def _query(condition: Mapping[str, Any]) -> Holds:
    name, values = condition["name"], frozenset(condition["values"])

    def holds(visit: Visit) -> bool:
        if not visit.query:
            return False
        found = parameters_of(visit.query).get(name)
        return found is not None and (not values or not values.isdisjoint(found))

    return holds


def _window(condition: Mapping[str, Any]) -> Holds:
    first = _nanoseconds(condition["from"]) if condition["from"] else 0
    last = _nanoseconds(condition["until"]) if condition["until"] else _NEVER_NS
    return lambda visit: first <= visit.now_ns < last


def _nanoseconds(text: str) -> int:
    return nanoseconds(datetime.fromisoformat(text))


def _ip(condition: Mapping[str, Any]) -> Holds:
    networks = [ip_network(value) for value in condition["values"]]
    ranges = {
        version: [(int(network.netmask), int(network.network_address)) for network in networks if network.version == version]
        for version in (0, 4, 6)
    }

    def holds(visit: Visit) -> bool:
        version, number = number_of(visit.address)
        return any(number & mask == network for mask, network in ranges[version])

    return holds


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Holds]] = {
    "device": _device,
    "os": _os,
    "browser": _browser,
    "language": _language,
    "country": _country,
    "query": _query,
    "window": _window,
    "ip": _ip,
}
