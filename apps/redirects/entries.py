"""Snapshots made ready: the bytes of the answer, the link's part of a click, and when both hold."""

from bisect import bisect_right
from itertools import chain

from apps.redirects import conditions, rules
from apps.redirects.forwarding import Destination
from apps.redirects.frames import FIELDS
from apps.redirects.snapshot import Snapshot
from apps.redirects.visits import Visit

FOREVER_NS = 1 << 62
_SECOND = 1_000_000_000
_USUAL_STATUS = 302
_VERSION_AT = FIELDS.index("link_version")


class HotEntry:
    """A ready answer. Valid while `valid_from_ns <= now < valid_until_ns`.

    There are 100,000 of them in a process, so each is one object and one string of bytes.
    """

    __slots__ = ("destination_at", "link", "valid_from_ns", "valid_until_ns")

    def __init__(self, snapshot: Snapshot, *, until_ns: int) -> None:
        head = click_head(snapshot)
        # The link's part of a click; from `destination_at` on, which is 0 in a RoutedEntry, whose answers differ,
        # it is the destination.
        self.link = head + b"\0" + snapshot.destination_url.encode("ascii")
        self.destination_at = len(head) + 1
        self.valid_from_ns = snapshot.valid_from_ns
        self.valid_until_ns = min(until_ns, snapshot.expires_at_ns or FOREVER_NS)

    @property
    def version(self) -> int:
        """Of the link."""
        return int(self.link.split(b"\0", _VERSION_AT + 1)[_VERSION_AT])

    @property
    def click_head(self) -> bytes:
        """The link's part of a click without the destination."""
        return self.link[: self.destination_at - 1]

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
        return self.link[self.destination_at :]

    def max_age(self, now_ns: int) -> int:  # noqa: ARG002 - nobody keeps it
        """How long a browser may keep the answer of `now_ns` (s): never beyond a change that is known now."""
        return 0


class RoutedEntry(HotEntry):
    """The link of a snapshot whose answers depend on the visit or are no plain 302."""

    __slots__ = ("_cache_seconds", "_choose", "_default", "_ends", "_forwards_path", "_forwards_query", "_status")

    def __init__(self, snapshot: Snapshot, *, until_ns: int) -> None:
        super().__init__(snapshot, until_ns=until_ns)
        self._default = Destination(self.link[self.destination_at :], snapshot.utm)
        self.link = super().click_head
        self.destination_at = 0
        self._choose = rules.compiled(snapshot, self._default) if snapshot.rules else None
        self._forwards_query = snapshot.forward_query
        self._forwards_path = snapshot.forward_path
        self._status = snapshot.status
        # What a browser keeps it does not ask for again: neither a password nor a limit would hold.
        self._cache_seconds = 0 if snapshot.needs_asking else snapshot.cache_seconds
        # When the answer may become another one, in order.
        self._ends = _ends_of(snapshot) if self._cache_seconds else []

    @property
    def click_head(self) -> bytes:
        return self.link

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
