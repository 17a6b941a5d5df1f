"""The hot path: one whole request in, the answer's bytes out, or None for "not plainly hot".

A parser of its own (llhttp, the same that the ordinary path uses) reads the bytes ahead. Its
callbacks are methods of C types, so that no Python runs per header: `setdefault` keeps each header
under its name as sent, `append` the target, and `pop` fails at a second message. What is not
plainly hot has touched nothing: the ordinary path gets the same bytes.

The names of a request's headers, in their order and spelling, are its *shape*. Whether a shape can
be hot, and where in it the values for the click stand, is worked out once per shape: browsers of
the world send a few hundred of them.
"""

from collections.abc import Callable
from operator import itemgetter
from time import time_ns
from typing import NamedTuple

import httptools

from apps.redirects.cache import LinkCache
from apps.redirects.decide import after_destination
from apps.redirects.entries import HotEntry, RoutedEntry
from apps.redirects.spool import Spool
from apps.redirects.visits import Visitor

# A request with one of these takes the ordinary path whatever it asks for.
# (llhttp takes Proxy-Connection for Connection.)
_REFUSED = {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"proxy-connection"}
_PURPOSE = b"sec-purpose"
# Values picked from a request, in this order; a header that it does not have gives b"".
_PICKED = (b"host", b"connection", b"x-forwarded-for", b"user-agent", b"referer", b"accept-language", _PURPOSE)
_KEEPS_ALIVE = frozenset({b"", b"keep-alive", b"Keep-Alive"})
_MAX_SHAPES = 4096
# Longer requests are the ordinary path's business, which also limits them.
MAX_HEAD = 8192

Headers = dict[bytes, bytes]
Picker = Callable[[Headers], tuple[bytes, ...] | None]
# From the peer's address and X-Forwarded-For to the client's address.
ClientAddress = Callable[[bytes, bytes], bytes]


def _refuse(_headers: Headers) -> None:
    """Picks nothing: requests of this shape cannot be hot."""


def _rest_of(path: bytes) -> bytes:
    """What follows the code, from its slash on; b"" when nothing does."""
    slash = path.find(b"/", 1)
    return path[slash:] if slash > 0 else b""


class Miss(NamedTuple):
    """A request that would be hot if its link were at hand."""

    host: bytes
    path: bytes
    visitor: Visitor
    # Headers by their names as sent, and one without a name.
    fields: Headers

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names in lower case, and values."""
        return [(name.lower(), value) for name, value in self.fields.items() if name]


class _Callbacks:
    """What httptools looks for: attributes named like its callbacks."""

    def __init__(self, targets: list[bytes], headers: dict[bytes, bytes], pending: list[None]) -> None:
        self.on_url = targets.append
        self.on_header = headers.setdefault
        self.on_message_complete = pending.pop


class Lookahead:
    """One per process: a request is read from its first byte to its last in one call."""

    def __init__(self, cache: LinkCache, spool: Spool, may_pass: Callable[[bytes, int], bool]) -> None:
        self.entries = cache.entries
        self.answered = 0
        # The request that has just not been answered because the cache does not hold its link.
        self.missed: Miss | None = None
        self.hold_click = spool.hold
        # Takes a token of the client that is at hand.
        self.may_pass = may_pass
        # What stands before the destination, by status; the server keeps it current.
        self.heads: dict[int, bytes] = {}
        # The headers that the server sends with every answer; it keeps them current.
        self.own_headers = b""
        # What stands behind it, unless the link says otherwise.
        self.after_destination = after_destination()
        self.shapes: dict[tuple[bytes, ...], Picker] = {}
        self.targets: list[bytes] = []
        self.headers: dict[bytes, bytes] = {b"": b""}
        # Holds one item for as long as the message is not complete.
        self.pending: list[None] = [None]
        self._start_parser()

    def _start_parser(self) -> None:
        callbacks = _Callbacks(self.targets, self.headers, self.pending)
        self.feed: Callable[[bytes], None] = httptools.HttpRequestParser(callbacks).feed_data

    def answer(  # noqa: PLR0911 - each return is one jump less for the usual request
        self, data: bytes, address: bytes, client_address: ClientAddress | None
    ) -> bytes | None:
        """The whole redirect; its click is held by the spool, to be flushed before the answer leaves.

        `data` begins with `GET /` or `HEAD /`; `address` is the peer's. `client_address` is None
        unless the peer is a trusted proxy.
        """
        headers, targets, pending = self.headers, self.targets, self.pending
        try:
            self.feed(data)
            names = tuple(headers)
            picked = (self.shapes.get(names) or self._learn(names))(headers)
            # A line more or less than headers: one came twice, or something follows the message.
            if pending or picked is None or data.count(b"\n") != len(names) + 1 or not data.endswith(b"\r\n\r\n"):
                self._start_parser()
                return None
            host, connection, forwarded, agent, referrer, language, purpose = picked
            target = targets[0]
            # "GET " or "HEAD " before the target.
            is_get = data[0] == 71
            if connection not in _KEEPS_ALIVE or not data.startswith(b" HTTP/1.1\r\n", len(target) + (4 if is_get else 5)):
                self._start_parser()
                return None
            entry, query = self.entries.get(host + target), b""
            if entry is None:
                entry, query = self._without_query(host, target)
            now = time_ns()
            if client_address is not None and forwarded:
                address = client_address(address, forwarded)
            method = b"GET" if is_get else b"HEAD"
            if entry is None or now >= entry.valid_until_ns:
                path, _, query = target.partition(b"?")
                self._miss(host, path, Visitor(method, address, agent, referrer, language, query, purpose))
                return None
            if now < entry.valid_from_ns or not self.may_pass(address, now):
                return None
            if not (destination_at := entry.destination_at):
                return self._routed(entry, target, Visitor(method, address, agent, referrer, language, query, purpose), now)
            link = entry.link
            self.hold_click(now, b"\0".join((link, method, address, agent, referrer, language, query, purpose)))
            self.answered += 1
            return self.heads[302] + link[destination_at:] + self.after_destination
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._start_parser()
            return None
        finally:
            headers.clear()
            headers[b""] = b""
            targets.clear()
            if not pending:
                pending.append(None)

    def _without_query(self, host: bytes, target: bytes) -> tuple[HotEntry | None, bytes]:
        path, _, query = target.partition(b"?")
        if b"#" in target:
            return None, b""
        entry = self.entries.get(host + path)
        if entry is None and (rest := _rest_of(path)):
            entry = self.entries.get(host + path.removesuffix(rest))
            if entry is not None and not (entry.takes_path and rest.isascii()):
                return None, b""
        return entry, query

    def _miss(self, host: bytes, path: bytes, visitor: Visitor) -> None:
        # The ordinary parser cuts fragments off.
        if b"#" not in path and b"#" not in visitor.query:
            self.missed = Miss(host, path, visitor, self.headers.copy())

    def _routed(self, entry: HotEntry, target: bytes, visitor: Visitor, now: int) -> bytes | None:
        """`answer` for an entry whose answers differ."""
        assert isinstance(entry, RoutedEntry)
        rest = _rest_of(target.partition(b"?")[0]) if entry.takes_path else b""
        destination = entry.location(visitor.visit(now, rest))
        if destination is None:
            return None
        self.answered += 1
        return self._sent_on(entry, visitor, destination, now)

    def send_on(self, entry: HotEntry, visitor: Visitor, now: int) -> bytes:
        """The redirect of a `Miss` whose link has been found; its click is held by the spool, too."""
        destination = entry.location(visitor.visit(now, b""))
        # Only what follows the code in the path can lead nowhere.
        assert destination is not None
        return self._sent_on(entry, visitor, destination, now)

    def _sent_on(self, entry: HotEntry, visitor: Visitor, destination: bytes, now: int) -> bytes:
        self.hold_click(now, visitor.click(entry.click_head, destination))
        return self.heads[entry.status] + destination + after_destination(entry.max_age(now))

    def _learn(self, names: tuple[bytes, ...]) -> Picker:
        """How to pick from requests of this shape."""
        spelled = {name.lower(): name for name in names}
        picker: Picker = _refuse
        if len(spelled) == len(names) and b"host" in spelled and not _REFUSED & spelled.keys():
            spelled.setdefault(_PURPOSE, spelled.get(b"purpose", b""))
            picker = itemgetter(*(spelled.get(name, b"") for name in _PICKED))
        if len(self.shapes) >= _MAX_SHAPES:
            self.shapes.clear()
        self.shapes[names] = picker
        return picker
