"""The redirector's server: uvicorn with the hot path in its protocol class."""

import asyncio
import contextlib
import gc
import socket
from typing import Any

from uvicorn import Config, Server

from apps.redirects.protocol import Pulse, RedirectProtocol, Turn
from apps.redirects.redirector import Redirector, get_redirector

KEEP_ALIVE_SECONDS = 15
# Requests still running after this are cut off at the end (s).
GRACE_SECONDS = 8
# Told to end, it answers on open connections for so long, asking each to close, before it closes them (s).
DRAIN_SECONDS = 1.0
_DRAIN_POLL = 0.02
BACKLOG = 4096
# The server's ticker calls ten times a second.
_TICKS_PER_SECOND = 10


class RedirectServer(Server):
    """uvicorn's server, whose ticker also keeps the hot path's pulse, and which ends without failing a request."""

    def __init__(self, config: Config, pulse: Pulse, protocol: type[RedirectProtocol]) -> None:
        super().__init__(config)
        self.pulse = pulse
        self.protocol = protocol

    async def on_tick(self, counter: int) -> bool:
        should_exit = await super().on_tick(counter)
        if counter % _TICKS_PER_SECOND == 0:
            self.pulse.tick(self.server_state)
        return should_exit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody new in, answer for a moment those who are, and close.

        A connection closed at once could have a request on its way, which would fail.
        """
        for listener in sockets or []:
            await self._take_queued(listener)
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        # The ordinary path sends these headers with each answer, and closes after it.
        self.protocol.bypass_hot_path = True
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        waited = 0.0
        while self.server_state.connections and waited < DRAIN_SECONDS and not self.force_exit:
            await asyncio.sleep(_DRAIN_POLL)
            waited += _DRAIN_POLL
        await super().shutdown(sockets)

    async def _take_queued(self, listener: socket.socket) -> None:
        """Let in who has connected already: the system would refuse them when a socket that nobody shares closes."""
        # The queue is empty, or what was in it has given up.
        with contextlib.suppress(OSError):
            while True:
                queued, _address = listener.accept()
                queued.settimeout(0)
                await asyncio.get_running_loop().connect_accepted_socket(self._new_protocol, queued)

    def _new_protocol(self) -> RedirectProtocol:
        return self.protocol(self.config, self.server_state, self.lifespan.state)


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening TCP socket. Raises OSError.

    `shared` lets several processes bind the same port; that socket listens only when the server is
    ready, because from then on the system gives it its share of the visitors.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
        if not shared:
            listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.settimeout(0)
    return listener


def protocol_for(redirector: Redirector, pulse: Pulse, *, bypass_hot_path: bool = False) -> type[RedirectProtocol]:
    """The protocol class of one server."""
    attributes = {
        "lookahead": redirector.lookahead,
        "pulse": pulse,
        "turn": Turn(redirector.spool.flush),
        "misses": redirector.misses,
        "bypass_hot_path": bypass_hot_path,
    }
    return type("RedirectProtocol", (RedirectProtocol,), attributes)


def make_server(application: Any, redirector: Redirector, *, bypass_hot_path: bool = False) -> RedirectServer:
    """A server for `application`, an ASGI application around `redirector` or its name.

    `bypass_hot_path` sends every request the ordinary way, for comparing both.
    """
    pulse = Pulse(redirector.lookahead)
    protocol = protocol_for(redirector, pulse, bypass_hot_path=bypass_hot_path)
    config = Config(
        application,
        http=protocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        # Whom to believe is apps.common.http's decision.
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return RedirectServer(config, pulse, protocol)


def serve(application: str, listener: socket.socket, *, bypass_hot_path: bool = False) -> None:
    """Answer on `listener` until SIGTERM or SIGINT; requests that run are finished first.

    `application` names an ASGI application (`module:attribute`) around the redirector of this
    process.
    """
    server = make_server(application, get_redirector(), bypass_hot_path=bypass_hot_path)
    # What has been loaded lives as long as the process: the collector need not look at it again.
    server.config.load()
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])
