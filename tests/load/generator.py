"""Follows short links many times, each time as a visitor of its own.

    python -m tests.load.generator http://localhost:8000/CODE [URL…] --count 10000 --log answers.jsonl

The user agent of request n is `probe/PREFIX-n`, by which the stored click is found again. SIGTERM ends
the load early and in order. With a rate, the time of an answer counts from the request's turn, so that
a server that stands still is seen in all requests that it holds up.
Plain sockets rather than an HTTP client: the generator shares the machine with what it measures.
"""

import argparse
import asyncio
import json
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# A server that is being started again answers within this time (s).
PATIENCE = 30.0
ANSWER_TIMEOUT = 10.0
_MAX_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request. `status` 0: sent, but no whole answer came. `at` is its turn on the
    monotonic clock, which all processes of a machine share, `took` the seconds until the answer."""

    probe: str
    path: str
    status: int
    location: str
    at: float
    took: float


@dataclass(slots=True)
class Load:
    """Requests to make: `count` of them to `urls` in turn on `connections` at once, at most `rate`
    a second (0: as fast as they are answered). `host` is sent in place of the URLs' own. A connection is closed
    after `per_connection` requests (0: kept for as long as the server keeps it)."""

    urls: Sequence[str]
    count: int
    connections: int = 16
    rate: float = 0.0
    host: str = ""
    per_connection: int = 0
    prefix: str = field(default_factory=lambda: secrets.token_hex(4))
    on_answer: Callable[[Answer], None] = lambda _answer: None


@dataclass(slots=True)
class Result:
    """All answers in the order in which they came, and how long it took (s)."""

    answers: list[Answer]
    seconds: float

    @property
    def accepted(self) -> set[str]:
        """Probes that were sent on: their 3xx arrived."""
        return {answer.probe for answer in self.answers if 300 <= answer.status < 400}

    @property
    def unanswered(self) -> set[str]:
        """Probes of which nobody knows whether they were accepted."""
        return {answer.probe for answer in self.answers if answer.status == 0}

    def percentile(self, share: float) -> float:
        """Seconds within which `share` of the answered requests were answered."""
        times = sorted(answer.took for answer in self.answers if answer.status)
        return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def run(load: Load) -> Result:
    """Make all requests. Raises ConnectionError when the server stays away for PATIENCE seconds."""
    return asyncio.run(_Generator(load).run())


def run_until_told(load: Load) -> Result:
    """The same, but end early at SIGTERM. For the main thread."""
    generator = _Generator(load)
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: generator.end())
    try:
        return asyncio.run(generator.run())
    finally:
        signal.signal(signal.SIGTERM, before)


class _Generator:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._targets = [_Target.of(url, host=load.host) for url in load.urls]
        self._answers: list[Answer] = []
        self._next = 0
        self._count = load.count
        self._began = 0.0

    def end(self) -> None:
        """Begin no more requests."""
        self._count = 0

    async def run(self) -> Result:
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._load.connections):
                group.create_task(self._visitor())
        return Result(self._answers, time.monotonic() - self._began)

    async def _visitor(self) -> None:
        connection: _Connection | None = None
        try:
            while (number := self._take()) is not None:
                turn = await self._wait_for_turn(number)
                target = self._targets[number % len(self._targets)]
                if connection is None or connection.is_closed or connection.target.place != target.place:
                    if connection is not None:
                        connection.close()
                    connection = await _connect(target)
                keeps_alive = await self._ask(connection, target, f"{self._load.prefix}-{number}", turn)
                if not keeps_alive or connection.asked == self._load.per_connection:
                    connection.close()
                    connection = None
        finally:
            if connection is not None:
                connection.close()

    def _take(self) -> int | None:
        if self._next >= self._count:
            return None
        self._next += 1
        return self._next - 1

    async def _wait_for_turn(self, number: int) -> float:
        """Returns when the request was due: now, unless there is a rate."""
        if not self._load.rate:
            return time.monotonic()
        turn = self._began + number / self._load.rate
        if (early := turn - time.monotonic()) > 0:
            await asyncio.sleep(early)
        return turn

    async def _ask(self, connection: "_Connection", target: "_Target", probe: str, turn: float) -> bool:
        """Make one request and note the answer; whether the connection can be used again."""
        status, location, keeps_alive = 0, "", False
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ANSWER_TIMEOUT):
                status, location, keeps_alive = await connection.get(target, probe)
        answer = Answer(probe, target.path, status, location, turn, time.monotonic() - turn)
        self._answers.append(answer)
        self._load.on_answer(answer)
        return keeps_alive


@dataclass(frozen=True, slots=True)
class _Target:
    place: tuple[str, int]
    host: str
    path: str

    @classmethod
    def of(cls, url: str, *, host: str = "") -> "_Target":
        parts = urlsplit(url)
        return cls((parts.hostname or "localhost", parts.port or 80), host or parts.netloc, parts.path or "/")


async def _connect(target: _Target) -> "_Connection":
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            reader, writer = await asyncio.open_connection(*target.place, limit=_MAX_HEAD)
        except OSError as error:
            if time.monotonic() > deadline:
                raise ConnectionError(f"nobody answers at {target.host}") from error
            await asyncio.sleep(0.05)
        else:
            return _Connection(target, reader, writer)


class _Connection:
    def __init__(self, target: _Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.target = target
        self.asked = 0
        self._reader = reader
        self._writer = writer

    @property
    def is_closed(self) -> bool:
        """Whether the server has closed it since the last answer."""
        return self._reader.at_eof() or self._writer.is_closing()

    async def get(self, target: _Target, probe: str) -> tuple[int, str, bool]:
        """Status, Location, and whether the server keeps the connection."""
        self.asked += 1
        self._writer.write(
            f"GET {target.path} HTTP/1.1\r\nHost: {target.host}\r\nUser-Agent: probe/{probe}\r\nAccept: */*\r\n"
            f"Accept-Language: en\r\nX-Probe-Id: {probe}\r\n\r\n".encode()
        )
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if length:
            await self._reader.readexactly(length)
        keeps_alive = headers.get("connection", "").lower() != "close" and "transfer-encoding" not in headers
        return int(status_line.split(" ", 2)[1]), headers.get("location", ""), keeps_alive

    def close(self) -> None:
        self._writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.generator", description="Follow short links as many visitors.")
    parser.add_argument("urls", nargs="*", metavar="URL", help="short URLs, taken in turn")
    parser.add_argument("--list", type=Path, metavar="FILE", help="short URLs from a file, one a line")
    parser.add_argument("--count", type=int, default=10_000, help="requests in all (default: 10000)")
    parser.add_argument("--connections", type=int, default=16, help="at once (default: 16)")
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second at most (default: no limit)")
    parser.add_argument("--host", default="", help="Host header (default: each URL's own)")
    parser.add_argument("--per-connection", type=int, default=0, help="requests until a connection is closed (default: no limit)")
    parser.add_argument("--log", type=Path, help="file for the answers, one JSON object a line")
    arguments = parser.parse_args()
    urls = [*arguments.urls, *(arguments.list.read_text(encoding="utf-8").split() if arguments.list else [])]
    if not urls:
        parser.error("no URL")
    load = Load(urls, arguments.count, arguments.connections, arguments.rate, arguments.host, arguments.per_connection)
    result = run_until_told(load)
    if arguments.log:
        arguments.log.write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in result.answers))
    sys.stdout.write(
        f"{len(result.answers)} requests in {result.seconds:.1f} s ({len(result.answers) / result.seconds:.0f}/s), "
        f"{len(result.accepted)} accepted, {len(result.unanswered)} unanswered, "
        f"p50 {result.percentile(0.5) * 1000:.1f} ms, p99 {result.percentile(0.99) * 1000:.1f} ms\n"
    )


if __name__ == "__main__":
    main()
