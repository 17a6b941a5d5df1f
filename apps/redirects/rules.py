"""Which destination a visitor of a link with rules is sent to.

Of the first priority at which rules hold, those that hold share the visitors by weight. Who gets
which is a function of link, client address and user agent, so a visitor stays with one destination
without a cookie. By weighted rendezvous hashing a change of weights, or a rule that comes or goes,
moves no more visitors than it must.
"""

import logging
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import groupby
from math import log
from typing import TypeAlias

from apps.redirects import conditions
from apps.redirects.conditions import Holds
from apps.redirects.decide import is_sendable
from apps.redirects.forwarding import Destination
from apps.redirects.snapshot import Rule, Snapshot
from apps.redirects.visits import Visit

logger = logging.getLogger(__name__)

Choose: TypeAlias = Callable[[Visit], Destination]
# Of a user agent no more is looked at.
_AGENT_LENGTH = 2048
_HALVES = 1 << 65


class Row:
    """One rule, ready to be compared with visits."""

    __slots__ = ("destination", "holds", "key", "weight")

    def __init__(self, rule: Rule, *, key: bytes, utm: dict[str, str]) -> None:
        self.holds: Sequence[Holds] = tuple(conditions.compiled(condition) for condition in rule.conditions)
        self.destination = Destination(rule.destination_url.encode("ascii"), utm)
        self.weight = rule.weight
        self.key = key

    def is_met(self, visit: Visit) -> bool:
        """Whether all conditions hold."""
        for holds in self.holds:  # noqa: SIM110 - all() with a generator takes three times as long
            if not holds(visit):
                return False
        return True

    def score(self, visitor: bytes) -> float:
        """The visitor goes where this is the greatest."""
        number = int.from_bytes(blake2b(visitor, digest_size=8, key=self.key).digest())
        # Strictly between 0 and 1.
        return -self.weight / log((2 * number + 1) / _HALVES)


def compiled(snapshot: Snapshot, default: Destination) -> Choose:
    """How to choose for visits of the link; `default` is for those whom no rule is about."""
    groups = [tuple(rows) for _, rows in groupby(_rows(snapshot), key=lambda row: row[0])]
    singles = all(len(group) == 1 for group in groups)
    rows = tuple(tuple(row for _, row in group) for group in groups)
    return _first_of([group[0] for group in rows], default) if singles else _shared_of(rows, default)


def _rows(snapshot: Snapshot) -> list[tuple[int, Row]]:
    """Rules that can be used, with their priorities."""
    found: list[tuple[int, Row]] = []
    seen: dict[tuple[int, str], int] = {}
    for rule in snapshot.rules:
        if not is_sendable(rule.destination_url):
            continue
        place = (rule.priority, rule.destination_url)
        # A destination's visitors stay with it when rules about it are moved or weighed anew.
        seen[place] = seen.get(place, 0) + 1
        text = f"{snapshot.link_id}\0{rule.destination_url}\0{seen[place]}"
        key = blake2b(text.encode(), digest_size=32).digest()
        try:
            found.append((rule.priority, Row(rule, key=key, utm=snapshot.utm)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Written past the services; the other rules go on.
            logger.warning("rule_unreadable link_id=%d error=%r", snapshot.link_id, error)
    return found


def _first_of(rows: Sequence[Row], default: Destination) -> Choose:
    def choose(visit: Visit) -> Destination:
        for row in rows:
            if row.is_met(visit):
                return row.destination
        return default

    return choose


def _shared_of(groups: Sequence[Sequence[Row]], default: Destination) -> Choose:
    def choose(visit: Visit) -> Destination:
        for group in groups:
            met = [row for row in group if row.is_met(visit)]
            if met:
                return _pick(met, visit) if len(met) > 1 else met[0].destination
        return default

    return choose


def _pick(rows: Sequence[Row], visit: Visit) -> Destination:
    visitor = visit.address + b"\0" + visit.agent[:_AGENT_LENGTH]
    return max(rows, key=lambda row: row.score(visitor)).destination
