"""What one answer costs on each path that a request for a link can take.

One visitor asks again and again on one connection, so nothing is shared with others' requests: under
load the paths through Redis and PostgreSQL cost less, because what comes together is asked for
together (`redirect_redis`, `redirect_postgres`). The server has a core of its own.
"""

import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median

from bench import _locks, _processes, _redirector, _rules, _wrk
from bench._engines import forget_redis
from bench._seed import random_codes
from bench.figures import Figure

# Answers of each path; processor time is counted in hundredths of a second.
ANSWERS = 2_000
PAGES = 400
LINKS = ANSWERS + 3
_STATUS_AT = slice(9, 12)


@dataclass(frozen=True, slots=True)
class Path:
    """Targets that are asked for in turn, and the status of each answer."""

    name: str
    targets: Sequence[str]
    status: int = 302
    answers: int = ANSWERS
    header: str = ""
    before: Callable[[], None] = lambda: None


def run() -> list[Figure]:
    """Processor time of the server and the median time of an answer, for each path."""
    _processes.require()
    plain, routed, locked, *many = random_codes(LINKS)
    # Remembers one link, so that whatever is asked for in turn is a miss.
    with _redirector.site([plain, routed, locked, *many], LINK_CACHE_SIZE="1") as site:
        _rules.add(site.environment, [routed])
        _locks.add(site.environment, [locked])
        with _redirector.redirector(site) as pid:
            site.ask_each(many)
            # llhttp takes this header for Connection, so that the hot path leaves it alone.
            leave = "Proxy-Connection: keep-alive\r\n"
            paths = [
                Path("hot", [plain]),
                Path("rules", [routed]),
                Path("ordinary", [plain], header=leave),
                Path("redis", many),
                Path("postgres", many, before=lambda: forget_redis(site.environment)),
                Path("unknown", [f"nothing-{number}" for number in range(ANSWERS)], 404),
                Path("unknown_again", ["nothing"], 404),
                Path("gate", [locked], 200, PAGES),
                Path("preview", [f"{plain}+"], 200, PAGES),
                Path("qr", [f"{plain}.qr"], 200, PAGES),
            ]
            return [figure for path in paths for figure in _measure(site, pid, path)]


def _measure(site: _redirector.Site, pid: int, path: Path) -> list[Figure]:
    path.before()
    with closing(_Visitor(site, path.header)) as visitor:
        # The first one makes ready what the others find.
        visitor.ask(path.targets[0])
        used, times = -_processes.cpu_seconds(pid), []
        for target in islice(cycle(path.targets), path.answers):
            began = time.perf_counter()
            status = visitor.ask(target)
            times.append(time.perf_counter() - began)
            if status != path.status:
                sys.exit(f"bench: {path.name}: {status} for /{target}, expected {path.status}")
        # What is done behind answers is part of their cost.
        time.sleep(_redirector.SETTLE_SECONDS)
        used += _processes.cpu_seconds(pid)
    return [
        Figure.told(f"redirect_paths_{path.name}_cpu", 1000 * used / path.answers, "ms"),
        Figure.told(f"redirect_paths_{path.name}_p50", 1000 * median(times), "ms"),
    ]


class _Visitor:
    """A browser with one connection."""

    def __init__(self, site: _redirector.Site, header: str) -> None:
        headers = "".join(f"{name}: {value}\r\n" for name, value in _wrk.HEADERS)
        self._head = f"Host: {site.host}\r\n{headers}{header}\r\n"
        self._socket = socket.create_connection(("127.0.0.1", site.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, target: str) -> int:
        """The status of the answer; its body has been read. Raises OSError."""
        self._socket.sendall(f"GET /{target} HTTP/1.1\r\n{self._head}".encode())
        data = self._socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        return int(data[_STATUS_AT])

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError
        return data

    def close(self) -> None:
        self._socket.close()
