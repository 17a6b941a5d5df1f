"""Asks for each of many links once, to fill caches before a measurement."""

import asyncio
import sys
import time
from collections.abc import Sequence

_CONNECTIONS = 32
_STARTS_WITHIN = 30.0
# A machine with much else to do may not answer at once.
_TRIES = 5


def ask_each(port: int, host: str, codes: Sequence[str]) -> int:
    """Wait for the server, then ask for each code; gives the number of redirects, and ends the run unless all were."""
    redirects = asyncio.run(_ask_all(port, host, codes))
    if redirects != len(codes):
        sys.exit(f"bench: {len(codes) - redirects} of {len(codes)} links did not redirect")
    return redirects


async def _ask_all(port: int, host: str, codes: Sequence[str]) -> int:
    await _wait(port)
    shares = [codes[first::_CONNECTIONS] for first in range(min(_CONNECTIONS, len(codes)))]
    return sum(await asyncio.gather(*(_ask(port, host, share) for share in shares)))


async def _wait(port: int) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                sys.exit("bench: the server did not start")
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def _ask(port: int, host: str, codes: Sequence[str]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    redirects = 0
    for code in codes:
        for _ in range(_TRIES):
            writer.write(f"GET /{code} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 302 "):
                redirects += 1
                break
            # A page; nobody was sent on, and nothing counted.
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            await asyncio.sleep(1)
    writer.close()
    return redirects
