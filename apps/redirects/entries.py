"""Snapshots made ready: the bytes of the answer, the link's part of a click, and when both hold."""

from bisect import bisect_right
from itertools import chain

from apps.redirects import conditions, rules
from apps.redirects.decide import after_destination
from apps.redirects.forwarding import Destination
from apps.redirects.snapshot import Snapshot
from apps.redirects.visits import Visit

FOREVER_NS = 1 << 62
_SECOND = 1_000_000_000
_USUAL_STATUS = 302


class HotEntry:
    """A ready answer. Valid while `valid_from_ns <= now < valid_until_ns`.

    There are 100,000 of them in a process: what all have in common is one object. An empty
    `destination` says that the entry is a RoutedEntry, whose answers differ.
    """

    __slots__ = ("after_destination", "click_head", "destination", "valid_from_ns", "valid_until_ns", "version")

    def __init__(self, snapshot: Snapshot, *, until_ns: int) -> None:
        self.destination = snapshot.destination_url.encode("ascii")
        self.after_destination = after_destination()
        self.click_head = click_head(snapshot)
        self.valid_from_ns = snapshot.valid_from_ns
        self.valid_until_ns = min(until_ns, snapshot.expires_at_ns or FOREVER_NS)
        self.version = snapshot.version

    @property
    def status(self) -> int:
        """Of the answer."""
        return _USUAL_STATUS

    @property
    def takes_path(self) -> bool:
        """Whether more may follow the code in the path."""
        return False

    def location(self, visit: Visit) -> bytes | None:  # noqa: ARG002 - the same for all
        """Where this visit is sent; None when the rest of its path leads nowhere."""
        return self.destination

    def max_age(self, now_ns: int) -> int:  # noqa: ARG002 - nobody keeps it
        """How long a browser may keep the answer of `now_ns` (s): never beyond a change that is known now."""
        return 0


class RoutedEntry(HotEntry):
    """The link of a snapshot whose answers depend on the visit or are no plain 302."""

    __slots__ = ("_cache_seconds", "_choose", "_default", "_ends", "_forwards_path", "_forwards_query", "_status")

    def __init__(self, snapshot: Snapshot, *, until_ns: int) -> None:
        super().__init__(snapshot, until_ns=until_ns)
        self._default = Destination(self.destination, snapshot.utm)
        self.destination = b""
        self._choose = rules.compiled(snapshot, self._default) if snapshot.rules else None
        self._forwards_query = snapshot.forward_query
        self._forwards_path = snapshot.forward_path
        self._status = snapshot.status
        # What a browser keeps it does not ask for again: neither a password nor a limit would hold.
        self._cache_seconds = 0 if snapshot.needs_asking else snapshot.cache_seconds
        # When the answer may become another one, in order.
        self._ends = _ends_of(snapshot) if self._cache_seconds else []

    @property
    def status(self) -> int:
        return self._status

    @property
    def takes_path(self) -> bool:
        return self._forwards_path

    def location(self, visit: Visit) -> bytes | None:
        destination = self._choose(visit) if self._choose is not None else self._default
        query = visit.query if self._forwards_query else b""
        if not query and not visit.rest:
            return destination.plain
        return destination.with_visit(rest=visit.rest, query=query)

    def max_age(self, now_ns: int) -> int:
        place = bisect_right(self._ends, now_ns)
        if place == len(self._ends):
            return self._cache_seconds
        return min(self._cache_seconds, (self._ends[place] - now_ns) // _SECOND)


def entry_of(snapshot: Snapshot, *, until_ns: int) -> HotEntry:
    """The entry of a link that is in service, to be used no later than `until_ns`."""
    return (RoutedEntry if _is_routed(snapshot) else HotEntry)(snapshot, until_ns=until_ns)


def _is_routed(snapshot: Snapshot) -> bool:
    differs = snapshot.rules or snapshot.utm or snapshot.forward_query or snapshot.forward_path
    return bool(differs or snapshot.cache_seconds or snapshot.status != _USUAL_STATUS)


def _ends_of(snapshot: Snapshot) -> list[int]:
    found = chain.from_iterable(conditions.instants_of(rule.conditions) for rule in snapshot.rules)
    return sorted({instant for instant in (snapshot.expires_at_ns, *found) if instant})


def click_head(snapshot: Snapshot) -> bytes:
    """The fields of a click that are the link's, joined as `frames.FIELDS` says, but for the destination."""
    fields = (
        *(snapshot.link_id, snapshot.domain_id, snapshot.workspace_id, snapshot.owner_id),
        *(snapshot.version, snapshot.hostname, snapshot.code),
    )
    return "\0".join(map(str, fields)).encode()
