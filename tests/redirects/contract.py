"""The same bytes to two servers, of which only one has the hot path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.redirects.serving import HOST, Threaded, comparable, exchange, threaded

HEAD = b"Host: " + HOST.encode() + b"\r\n"
# Ends each conversation, so that the server closes and nobody waits.
LAST = b"GET /contract HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
DESTINATION = "https://example.com/the/page?x=1"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
# Long, for busy machines: in each conversation the server has the last word.
_QUIET = 10.0


def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """An HTTP/1.1 request to our host; `line` is method and target."""
    return line + b" HTTP/1.1\r\n" + HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def statuses(answer: bytes) -> str:
    """The status codes of all answers in a conversation: "405 302"."""
    return b" ".join(_STATUS.findall(answer)).decode()


@dataclass
class Pair:
    """The same link on two servers."""

    hot: Threaded
    ordinary: Threaded
    pool: ThreadPoolExecutor

    def hits(self) -> int:
        """Answers that the hot path itself has given."""
        return self.hot.redirector.lookahead.answered

    def both(self, chunks: Sequence[bytes], *, pause: float = 0.004) -> tuple[bytes, bytes]:
        """What each server says to `chunks` and to a last request after them, without what always differs."""

        def answer(server: Threaded) -> bytes:
            return comparable(exchange(server.port, chunks, then=LAST, pause=pause, quiet=_QUIET))

        hot, ordinary = self.pool.map(answer, (self.hot, self.ordinary))
        return hot, ordinary

    def hold_to(self, cases: Mapping[str, tuple[bytes, str]]) -> None:
        """Each request leads to these statuses on both servers, and to the same bytes. The last "302" is
        the answer to a request after it: where it is missing, the connection was closed."""
        for name, (sent, expected) in cases.items():
            hot, ordinary = self.both([sent])
            assert hot == ordinary, name
            assert statuses(hot) == expected, name


@contextmanager
def paired() -> Iterator[Pair]:
    """Both servers, with the link `contract` at hand in their caches."""
    with threaded() as hot, threaded(bypass_hot_path=True) as ordinary, ThreadPoolExecutor(2) as pool:
        for server in (hot, ordinary):
            exchange(server.port, [LAST])
        yield Pair(hot, ordinary, pool)
