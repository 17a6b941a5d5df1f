"""Links of which more than a look at the clock decides: a password, a warning, a limit on clicks.

They are never hot. Each gate that a visitor has not passed gives a page; who has passed all of them
is redirected like everybody else, and what is limited is used up by that redirect alone.
"""

from collections.abc import Mapping, MutableMapping
from time import time_ns
from typing import Any

from django.http import parse_cookie

from apps.redirects import machines, passes
from apps.redirects.click_budget import ClickBudget, Spending
from apps.redirects.decide import Outcome, decide
from apps.redirects.hosts import DomainRef
from apps.redirects.postgres import DatabaseUnavailable, LinkReader
from apps.redirects.resolver import Unresolvable
from apps.redirects.snapshot import Snapshot

# Where a scope has the snapshot of the link before whose gate the visitor stands.
GATED = "shortener.gated"
# Where it has path and query as the visitor sent them, for the way back to them.
ASKED = "shortener.asked"
# Gates whose page has a form, which is sent to the link's own address.
WITH_FORM = frozenset({Outcome.LOCKED, Outcome.FLAGGED, Outcome.HELD})
# A link that changes faster than it can be read is a fault.
_ROUNDS = 3


class Gates:
    """One per process."""

    def __init__(self, *, reader: LinkReader, budget: ClickBudget) -> None:
        self.reader = reader
        self.budget = budget

    async def ask(self, domain: DomainRef, code: str, snapshot: Snapshot, scope: MutableMapping[str, Any]) -> tuple[Outcome, Snapshot]:
        """What the visitor gets at a link that `decide` would redirect, and the link as it stands then.

        REDIRECT means that every gate is passed and a click of a limited link is used up. For other
        outcomes the scope's GATED holds the snapshot, for the page. A form (POST) is never redirected.
        Raises Unresolvable when PostgreSQL is needed and does not answer.
        """
        headers, method = _joined(scope["headers"]), scope["method"]
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        query = scope["query_string"]
        scope[ASKED] = scope["raw_path"] + (b"?" + query if query else b"")
        for _ in range(_ROUNDS):
            outcome = _first_closed(snapshot, method, headers, cookies)
            if outcome is Outcome.HELD and self.budget.is_used_up(snapshot.link_id, snapshot.version):
                outcome = Outcome.EXHAUSTED
            if outcome is Outcome.REDIRECT and method == "POST":
                # Sent again after it was passed: the page answers it in the same way.
                outcome = _last_gate(snapshot)
            scope[GATED] = snapshot
            if outcome is not Outcome.REDIRECT or not snapshot.max_clicks:
                return outcome, snapshot
            spending = await self._spend(snapshot)
            if spending is not Spending.CHANGED:
                return (Outcome.REDIRECT if spending is Spending.SPENT else Outcome.EXHAUSTED), snapshot
            current = await self._read(domain, code)
            outcome = decide(current, time_ns())
            if current is None or outcome is not Outcome.REDIRECT or not current.needs_asking:
                return outcome, current or snapshot
            snapshot = current
        raise Unresolvable

    async def _spend(self, snapshot: Snapshot) -> Spending:
        try:
            return await self.budget.spend(snapshot.link_id, snapshot.version)
        except DatabaseUnavailable as error:
            raise Unresolvable from error

    async def _read(self, domain: DomainRef, code: str) -> Snapshot | None:
        try:
            return await self.reader.find(domain.id, code)
        except DatabaseUnavailable as error:
            raise Unresolvable from error


def _first_closed(snapshot: Snapshot, method: str, headers: Mapping[bytes, bytes], cookies: Mapping[str, str]) -> Outcome:
    """The first gate that is closed for this visitor; REDIRECT when none is."""
    if snapshot.password_hash and not passes.has(cookies, Outcome.LOCKED, snapshot):
        return Outcome.LOCKED
    if snapshot.is_flagged and not passes.has(cookies, Outcome.FLAGGED, snapshot):
        return Outcome.FLAGGED
    if snapshot.max_clicks and machines.only_looks(method, headers) and not _goes_on(snapshot, method, cookies):
        return Outcome.HELD
    return Outcome.REDIRECT


def _last_gate(snapshot: Snapshot) -> Outcome:
    if snapshot.max_clicks:
        return Outcome.HELD
    return Outcome.FLAGGED if snapshot.is_flagged else Outcome.LOCKED


def _goes_on(snapshot: Snapshot, method: str, cookies: Mapping[str, str]) -> bool:
    return method != "HEAD" and passes.has(cookies, Outcome.HELD, snapshot)


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; several lines of one are joined as their kind is."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        separator = b"; " if name == b"cookie" else b", "
        found[name] = found[name] + separator + value if name in found else value
    return found
