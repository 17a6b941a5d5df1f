"""uvicorn's HTTP protocol with the hot path in front of it.

Whole requests that arrive between two messages of the ordinary parser are shown to the look-ahead
first; all else goes the ordinary way, byte for byte. Leans on uvicorn's internals, so its version
is pinned and tests/redirects/test_contract.py compares both ways.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from apps.redirects.decide import Outcome
from apps.redirects.lookahead import MAX_HEAD, ClientAddress, Lookahead, Miss
from apps.redirects.misses import Misses
from apps.redirects.proxies import client_address_behind, peer_address
from apps.redirects.resolution import LOOKED_UP

_HOT = (b"GET /", b"HEAD /")
_STATUSES = (301, 302, 307, 308)
# Request line and headers of one request may have no more bytes than this.
HEAD_LIMIT = 64 * 1024
_FRAMING = (b"content-length", b"transfer-encoding")
_absolute_form = re.compile(rb"https?://([^/?#]+)/", re.IGNORECASE).match


class HeadTooLarge(Exception):
    """Raised into the parser, which stops at it."""


class BadRequest(Exception):
    """The same for what the parser would take and others might read otherwise."""


class Pulse:
    """What all connections of a server share; its ticker keeps it current."""

    def __init__(self, lookahead: Lookahead) -> None:
        # Whole seconds since the server began.
        self.seconds = 0
        self._lookahead = lookahead
        self._make_heads([])

    def tick(self, state: ServerState) -> None:
        """Once a second: move the date header on and close connections that keep us waiting."""
        self.seconds += 1
        self._make_heads(state.default_headers)
        for connection in list(state.connections):
            if isinstance(connection, RedirectProtocol):
                connection.close_if_silent(self.seconds)

    def _make_heads(self, default_headers: list[tuple[bytes, bytes]]) -> None:
        ours = b"".join(b"%b: %b\r\n" % header for header in default_headers)
        self._lookahead.own_headers = ours
        # What stands before the destination of a hot answer, by status.
        self._lookahead.heads.update({status: STATUS_LINE[status] + ours + b"location: " for status in _STATUSES})


class Turn:
    """Hot answers of one turn of the event loop: their clicks are written together, then they are sent.

    Nobody waits for it: uvloop sends what was written in a turn when the turn ends.
    """

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._answers: list[tuple[asyncio.Transport, bytes]] = []

    def hold(self, transport: asyncio.Transport, answer: bytes, loop: asyncio.AbstractEventLoop) -> None:
        """Send `answer` when the turn ends."""
        if not self._answers:
            loop.call_soon(self.end)
        self._answers.append((transport, answer))

    def end(self) -> None:
        """Write the clicks and send the answers."""
        self._flush()
        answers, self._answers = self._answers, []
        for transport, answer in answers:
            if not transport.is_closing():
                transport.write(answer)


class RedirectProtocol(HttpToolsProtocol):
    # Of the process; set by the server before the first connection.
    lookahead: Lookahead
    pulse: Pulse
    turn: Turn
    misses: Misses
    bypass_hot_path = False

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # uvicorn asks its logger, which inherits a handler from ours, and not its own option.
        self.access_log = False
        # Of the connection.
        self.peer = ""
        self.address = b""
        self.client_address: ClientAddress | None = None
        # The request whose link is looked up, as it came, and what has come behind it meanwhile.
        self.missed = b""
        self.behind = b""
        # What the look-up of the present request has told, when there was one.
        self.looked_up: Outcome | None = None
        # Second since when the peer owes us bytes: a first request, the rest of a head, the next
        # request after a hot answer. None while it does not, or while uvicorn's own timer runs.
        # One comparison a second instead of a timer per request.
        self.owes_since: int | None = None
        # Of the request: whether the ordinary parser is inside a message, inside its head, and
        # how many bytes have come that are no body: of its head, or of what stands around chunks.
        self.in_message = self.in_head = False
        self.head_bytes = 0
        self.brought_body = False
        self.head_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.owes_since = self.pulse.seconds
        self.peer = self.client[0] if self.client else ""
        self.address = peer_address(self.peer)
        self.client_address = client_address_behind(self.peer)

    def data_received(self, data: bytes) -> None:
        if (
            not self.in_message
            and data.startswith(_HOT)
            and len(data) <= MAX_HEAD
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.bypass_hot_path
        ):
            answer = self.lookahead.answer(data, self.address, self.client_address)
            if answer is not None:
                self.turn.hold(self.transport, answer, self.loop)
                self.owes_since = self.pulse.seconds
                if self.timeout_keep_alive_task is not None:
                    self._unset_keepalive_if_required()
                return
            if (miss := self.lookahead.missed) is not None:
                self.lookahead.missed = None
                if self._look_up(miss, data):
                    return
        if self.missed:
            self._keep_behind(data)
        else:
            self.ordinary_data_received(data)

    def _look_up(self, miss: Miss, data: bytes) -> bool:
        """Whether the request is answered when its link has been looked up."""
        self.missed = data
        self.in_message = True
        if not self.misses.take(miss, self):
            self.missed = b""
            self.in_message = False
            return False
        if self.missed:
            # The answer is ours to give now.
            self.owes_since = None
            self._unset_keepalive_if_required()
        return True

    def _keep_behind(self, data: bytes) -> None:
        self.behind += data
        if len(self.behind) > HEAD_LIMIT:
            self.flow.pause_reading()

    @property
    def is_there(self) -> bool:
        """Whether an answer may be given here: the visitor has not gone, nor is the server about to end."""
        return not self.transport.is_closing() and not self.bypass_hot_path

    def answered(self, answer: bytes | None, *, is_unresolvable: bool = False) -> None:
        """The look-up of `missed` has ended; without an answer it goes the ordinary way."""
        data, self.missed = self.missed, b""
        behind, self.behind = self.behind, b""
        self.in_message = False
        if self.transport.is_closing():
            return
        if len(behind) > HEAD_LIMIT:
            self.flow.resume_reading()
        if answer is not None:
            self.turn.hold(self.transport, answer, self.loop)
            self.owes_since = self.pulse.seconds
            self._unset_keepalive_if_required()
        else:
            self.looked_up = Outcome.UNAVAILABLE if is_unresolvable else Outcome.REDIRECT
            self.ordinary_data_received(data)
            self.looked_up = None
        if behind:
            self.data_received(behind)

    def ordinary_data_received(self, data: bytes) -> None:
        # What was asked before on this connection is answered before.
        self.turn.end()
        self._unset_keepalive_if_required()
        self.brought_body = False
        self._parse(data)
        if self.in_message:
            self.head_bytes = 0 if self.brought_body else self.head_bytes + len(data)
            if self.head_bytes > HEAD_LIMIT and not self.transport.is_closing():
                self._end_flood()
        elif self.owes_since is None and self.timeout_keep_alive_task is None and not self.is_busy():
            # Empty lines between requests stopped uvicorn's timer.
            self.owes_since = self.pulse.seconds

    def _parse(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserError:
                self.send_400_response("Invalid HTTP request received.")
            except httptools.HttpParserUpgrade as offer:
                # No offer is taken up, so what follows is the next request.
                rest = rest[offer.args[0] :]
                continue
            return

    def is_busy(self) -> bool:
        """Whether a request is being read or answered."""
        return self.in_message or (self.cycle is not None and not self.cycle.response_complete)

    def shutdown(self) -> None:
        # Who waits for a look-up is answered; the ordinary path, which does that now, closes then.
        if not self.missed:
            super().shutdown()

    def close_if_silent(self, seconds: int) -> None:
        """Close when the peer has owed us bytes for longer than the keep-alive time."""
        if self.owes_since is not None and seconds - self.owes_since > self.timeout_keep_alive and not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        if self.head_too_large:
            self.send_431_response()
        else:
            super().send_400_response(msg)

    def send_431_response(self) -> None:
        """Refuse the request and close."""
        head = STATUS_LINE[431] + b"".join(b"%b: %b\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(head + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def _end_flood(self) -> None:
        """A head has grown too long, or what stands around the chunks of a body that was answered or not."""
        if self.in_head:
            self.send_431_response()
        else:
            self.transport.close()

    def _is_ambiguous(self) -> bool:
        """Whether who stands before us may have seen another host, or another end of the request."""
        if self.parser.should_upgrade() and any(name in _FRAMING for name, _ in self.headers):
            # The parser passes over the body of a request that offers an upgrade, and over that of CONNECT.
            return True
        if self.url.startswith(b"/"):
            return False
        absolute = _absolute_form(self.url)
        hosts = [value.lower() for name, value in self.headers if name == b"host"]
        return absolute is None or hosts != [absolute[1].lower()]

    # Callbacks of the ordinary parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_message = self.in_head = True
        self.head_bytes = 0
        self.owes_since = self.pulse.seconds

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows the last chunk is no header: a proxy has not looked at it.
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            self.head_too_large = True
            raise HeadTooLarge
        if self._is_ambiguous():
            raise BadRequest
        self.in_head = False
        self.owes_since = None
        if self.looked_up is not None:
            self.scope[LOOKED_UP] = self.looked_up  # type: ignore[literal-required] # an extension of ours
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.brought_body = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_message = False
