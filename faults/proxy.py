"""A TCP proxy in front of an engine that can be made slow, deaf or absent.

Toxics as Toxiproxy names them: `latency`, `down`, `timeout` (a black hole: bytes vanish, nobody is
told), and `hold`, which keeps back what the engine says until it is let go.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_CHUNK = 64 * 1024


class Proxy:
    """Listens on a port of the loopback interface; `upstream` is a Unix socket's path."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        # Seconds that each piece waits on its way.
        self.latency = 0.0
        # Bytes vanish in both directions.
        self.is_black_hole = False
        self._released = asyncio.Event()
        self._released.set()
        self._is_down = False
        self._transports: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._wait(self._serve())

    def down(self) -> None:
        """Cut all connections, and new ones at once."""
        self._is_down = True
        self._wait(self._cut())

    def up(self) -> None:
        """Take connections again, without any toxic; those that were cut stay so."""
        self._is_down, self.is_black_hole, self.latency = False, False, 0.0
        self.release()

    def hold(self) -> None:
        """Keep back what the engine says from now on."""
        self._call(self._released.clear)

    def release(self) -> None:
        """Let go what was held."""
        self._call(self._released.set)

    def close(self) -> None:
        """End; all connections are cut."""
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, function: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(function)

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _serve(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._listener)

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        # Those that were cut end by themselves.
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    async def _cut(self) -> None:
        for writer in list(self._transports):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        self._transports.add(writer)
        try:
            if not self._is_down:
                there, back = await asyncio.open_unix_connection(self.upstream)
                ends.append(back)
                self._transports.add(back)
                await self._carry_both(reader, writer, there, back)
        except OSError:
            # The engine is away; whoever asked sees that the connection has ended.
            return
        finally:
            for end in ends:
                self._transports.discard(end)
                end.transport.abort()

    async def _carry_both(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        """Returns when one side has said all: so has the pair."""
        ways = [
            asyncio.create_task(self._carry(reader, back, from_engine=False)),
            asyncio.create_task(self._carry(there, writer, from_engine=True)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, from_engine: bool) -> None:
        while data := await source.read(_CHUNK):
            if self.latency:
                await asyncio.sleep(self.latency)
            if self.is_black_hole:
                continue
            if from_engine:
                await self._released.wait()
            target.write(data)
            await target.drain()
