"""Where one request ends and the next begins: nobody before us may see it otherwise.

A request that could be read in two ways is refused and its connection closed, so that what was
hidden in it is never answered.
"""

import socket
import time
from collections.abc import Callable
from typing import Any

from apps.links.models import Domain, Link
from tests.redirects.contract import HEAD, LAST, Pair, request
from tests.redirects.serving import HOST, Threaded, exchange, threaded
from tests.redirects.test_asgi import last_click

HIDDEN = b"GET /hidden HTTP/1.1\r\n" + HEAD + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked"
POST = b"POST /contract"
GET = b"GET /contract"
UPGRADE = (b"Connection: Upgrade", b"Upgrade: h2c")
THREE = b"3\r\na=b\r\n0\r\n\r\n"
NOTHING = b"0\r\n\r\n"
REFUSED, TAKEN = "400", "405 302"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n"


def coded(*headers: bytes, body: bytes = NOTHING) -> bytes:
    return request(POST, *headers, body=body)


LENGTHS = {
    "one length": (request(POST, b"Content-Length: 3", body=b"a=b"), TAKEN),
    "leading zeros": (request(POST, b"Content-Length: 0003", body=b"a=b"), TAKEN),
    "tabs around": (request(POST, b"Content-Length:\t3\t", body=b"a=b"), TAKEN),
    "the same twice": (request(POST, b"Content-Length: 3", b"Content-Length: 3", body=b"a=b"), REFUSED),
    "two that differ": (request(POST, b"Content-Length: 0", b"Content-Length: %d" % len(HIDDEN), body=HIDDEN), REFUSED),
    "a list of the same": (request(POST, b"Content-Length: 3, 3", body=b"a=b"), REFUSED),
    "two numbers": (request(POST, b"Content-Length: 3 4", body=b"a=b"), REFUSED),
    "a plus": (request(POST, b"Content-Length: +3", body=b"a=b"), REFUSED),
    "below zero": (request(POST, b"Content-Length: -1"), REFUSED),
    "hexadecimal": (request(POST, b"Content-Length: 0x3", body=b"a=b"), REFUSED),
    "nothing": (request(POST, b"Content-Length:"), REFUSED),
    "2^64": (request(POST, b"Content-Length: 18446744073709551616"), REFUSED),
    "2^64 and 3": (request(POST, b"Content-Length: 18446744073709551619", body=b"a=b"), REFUSED),
    "a blank before the colon": (request(POST, b"Content-Length : 3", body=b"a=b"), REFUSED),
    "a vertical tab": (request(POST, b"Content-Length: \x0b3", body=b"a=b"), REFUSED),
    "folded": (request(POST, b"Content-Length: 1\r\n 0", body=b"0123456789"), REFUSED),
    "behind a bare CR": (request(GET, b"X: a\rContent-Length: %d" % len(HIDDEN), body=HIDDEN), REFUSED),
    "behind a bare LF": (request(GET, b"X: a\nContent-Length: %d" % len(HIDDEN), body=HIDDEN), REFUSED),
    "before the first header": (b"GET /contract HTTP/1.1\r\n Content-Length: 5\r\n" + HEAD + b"\r\n", REFUSED),
    "a request inside": (request(GET, b"Content-Length: %d" % len(HIDDEN), body=HIDDEN), "302 302"),
    "a request inside, for HEAD": (request(b"HEAD /contract", b"Content-Length: %d" % len(HIDDEN), body=HIDDEN), "302 302"),
    "a request behind": (request(POST, b"Content-Length: 3", body=b"a=b" + HIDDEN), "405 404 302"),
}
CODINGS = {
    "chunked": (coded(CHUNKED, body=THREE), TAKEN),
    "in capitals": (coded(b"Transfer-Encoding: CHUNKED"), TAKEN),
    "behind a tab": (coded(b"Transfer-Encoding:\tchunked"), TAKEN),
    "chunked last": (coded(b"Transfer-Encoding: gzip, chunked"), TAKEN),
    "another name": (request(POST, b"Transfer_Encoding: chunked"), TAKEN),
    "length, then chunks": (request(POST, b"Content-Length: %d" % (5 + len(HIDDEN)), CHUNKED, body=NOTHING + HIDDEN), REFUSED),
    "chunks, then length": (request(POST, CHUNKED, b"Content-Length: 4", body=chunk(HIDDEN)), REFUSED),
    "twice": (coded(CHUNKED, CHUNKED), REFUSED),
    "twice in one": (coded(b"Transfer-Encoding: chunked, chunked"), REFUSED),
    "identity": (coded(b"Transfer-Encoding: identity", body=HIDDEN), REFUSED),
    "chunked, then identity": (coded(CHUNKED, b"Transfer-Encoding: identity"), REFUSED),
    "chunked not last": (coded(b"Transfer-Encoding: chunked, gzip"), REFUSED),
    "a blank before the colon": (coded(b"Transfer-Encoding : chunked"), REFUSED),
    "in quotes": (coded(b'Transfer-Encoding: "chunked"'), REFUSED),
    "almost chunked": (coded(b"Transfer-Encoding: xchunked"), REFUSED),
    "a parameter": (coded(b"Transfer-Encoding: chunked;q=1"), REFUSED),
    "a vertical tab": (coded(b"Transfer-Encoding: \x0bchunked"), REFUSED),
    "nothing": (coded(b"Transfer-Encoding:"), REFUSED),
    "folded": (coded(b"Transfer-Encoding:\r\n chunked"), REFUSED),
    "inside a folded header": (coded(b"X: a\r\n Transfer-Encoding: chunked"), REFUSED),
    "a request inside": (request(GET, CHUNKED, body=chunk(HIDDEN)), "302 302"),
    "a request behind": (coded(CHUNKED, body=THREE + HIDDEN), "405 404 302"),
    "HTTP/1.0": (b"POST /contract HTTP/1.0\r\n" + HEAD + CHUNKED + b"\r\n\r\n" + NOTHING + HIDDEN, "405"),
    "HTTP/1.0 kept alive": (
        b"POST /contract HTTP/1.0\r\n" + HEAD + CHUNKED + b"\r\nConnection: keep-alive\r\n\r\n" + NOTHING + HIDDEN,
        "405",
    ),
}
CHUNKS = {
    "extensions": (coded(CHUNKED, body=b'3;a=b;c="d"\r\na=b\r\n0;x\r\n\r\n'), TAKEN),
    "zeros": (coded(CHUNKED, body=b"0000000003\r\na=b\r\n000\r\n\r\n"), TAKEN),
    "an LF in an extension": (coded(CHUNKED, body=b"3;a\nxx\r\na=b\r\n" + NOTHING), REFUSED),
    "a CR in an extension": (coded(CHUNKED, body=b"3;a\rxx\r\na=b\r\n" + NOTHING), REFUSED),
    "2^64 bytes": (coded(CHUNKED, body=b"10000000000000000\r\na=b"), REFUSED),
    "2^64 and 3 bytes": (coded(CHUNKED, body=b"10000000000000003\r\na=b\r\n" + NOTHING), REFUSED),
    "below zero": (coded(CHUNKED, body=b"-1\r\n\r\n"), REFUSED),
    "0x": (coded(CHUNKED, body=b"0x3\r\na=b\r\n" + NOTHING), REFUSED),
    "a blank behind the size": (coded(CHUNKED, body=b"3 \r\na=b\r\n" + NOTHING), REFUSED),
    "no size": (coded(CHUNKED, body=b"\r\na=b\r\n" + NOTHING), REFUSED),
    "bare LFs": (coded(CHUNKED, body=b"3\na=b\n0\n\n"), REFUSED),
    "a bare CR": (coded(CHUNKED, body=b"3\rXa=b\r\n" + NOTHING), REFUSED),
    "more than was said": (coded(CHUNKED, body=b"2\r\na=b\r\n" + NOTHING), REFUSED),
    "less than was said": (coded(CHUNKED, body=b"4\r\na=b\r\n" + NOTHING), REFUSED),
    "no line behind": (coded(CHUNKED, body=b"3\r\na=bXX" + NOTHING), REFUSED),
    "no end": (coded(CHUNKED, body=b"0\r\n" + HIDDEN), REFUSED),
    "a trailer": (coded(CHUNKED, body=b"3\r\na=b\r\n0\r\nX: y\r\n\r\n"), TAKEN),
    "a length as trailer": (coded(CHUNKED, body=b"0\r\nContent-Length: 5\r\n\r\n"), REFUSED),
    "a coding as trailer": (coded(CHUNKED, body=b"0\r\nTransfer-Encoding: chunked\r\n\r\n"), REFUSED),
    "a second Host as trailer": (request(GET, CHUNKED, body=b"0\r\nHost: evil.test\r\n\r\n"), "302 302"),
}
OFFERS = {
    "an upgrade": (request(GET, *UPGRADE), "302 302"),
    "an upgrade, and a request behind": (request(GET, *UPGRADE, body=HIDDEN), "302 404 302"),
    "two upgrades": (request(GET, *UPGRADE) * 2, "302 302 302"),
    "an upgrade, taken for granted": (request(GET, *UPGRADE, body=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "400"),
    "an upgrade with a body by length": (request(POST, *UPGRADE, b"Content-Length: %d" % len(HIDDEN), body=HIDDEN), REFUSED),
    "an upgrade with a chunked body": (request(POST, *UPGRADE, CHUNKED, body=chunk(HIDDEN)), REFUSED),
    "CONNECT": (b"CONNECT " + HOST.encode() + b":443 HTTP/1.1\r\n" + HEAD + b"\r\n" + HIDDEN, REFUSED),
    "CONNECT to a path": (request(b"CONNECT /contract"), TAKEN),
    "CONNECT with a body": (request(b"CONNECT /contract", b"Content-Length: %d" % len(HIDDEN), body=HIDDEN), REFUSED),
    "HTTP/2 at once": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    "Proxy-Connection: close": (request(GET, b"Proxy-Connection: close"), "302"),
    "Proxy-Connection: keep-alive": (request(GET, b"Proxy-Connection: keep-alive"), "302 302"),
    "keep-alive and close": (request(GET, b"Connection: keep-alive", b"Connection: close"), "302"),
    "Connection: Host": (request(GET, b"Connection: Host"), "302 302"),
    "garbage behind": (request(GET) + b"garbage\r\n\r\n", "400"),
}


def test_the_length_of_a_body_is_one_plain_number(pair: Pair) -> None:
    pair.hold_to(LENGTHS)


def test_a_coding_is_chunked_and_nothing_else_beside_it(pair: Pair) -> None:
    pair.hold_to(CODINGS)


def test_chunks_say_their_size_and_hold_it(pair: Pair) -> None:
    pair.hold_to(CHUNKS)


def test_what_connections_are_offered_hides_no_request(pair: Pair) -> None:
    pair.hold_to(OFFERS)


def test_bodies_that_come_apart_from_their_heads_hide_no_request(pair: Pair) -> None:
    heads = {
        "by length": (request(POST, b"Content-Length: %d" % len(HIDDEN)), HIDDEN, TAKEN),
        "in chunks": (request(POST, CHUNKED), chunk(HIDDEN), TAKEN),
        "with an upgrade": (request(POST, *UPGRADE, b"Content-Length: %d" % len(HIDDEN)), HIDDEN, REFUSED),
    }
    for name, (head, body, expected) in heads.items():
        hot, ordinary = pair.both([head, body], pause=0.05)
        assert hot == ordinary, name
        assert hot.count(b"HTTP/1.1 ") == len(expected.split()), name


def test_what_follows_the_last_chunk_is_no_header(domain: Domain, make_link: Callable[..., Link], settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    make_link(code="contract")
    trailers = b"0\r\nUser-Agent: smuggled\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n"
    with threaded() as server:
        exchange(server.port, [request(GET, b"X-Forwarded-For: 203.0.113.7", CHUNKED, b"Connection: close", body=trailers)], quiet=10)
        click = last_click(server)
    assert (click["user_agent"], click["address"]) == ("", "203.0.113.7")


def bytes_taken(server: Threaded, head: bytes, piece: bytes) -> int:
    """How many bytes of `piece`, again and again, a server takes before it closes; a megabyte at most."""
    taken = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head)
        try:
            while taken < 1 << 20:
                connection.sendall(piece)
                taken += len(piece)
                time.sleep(0.001)
        except ConnectionError:
            pass
    return taken


def test_what_stands_around_chunks_is_bounded_as_heads_are(pair: Pair) -> None:
    filler = b"a" * 4096
    floods = {
        "a trailer": (request(POST, CHUNKED, body=b"0\r\nX: "), filler),
        "trailers": (request(POST, CHUNKED, body=b"0\r\n"), b"X: y\r\n" * 600),
        "an extension": (request(POST, CHUNKED, body=b"3;"), filler),
        "a header": (b"GET /contract HTTP/1.1\r\n" + HEAD + b"X: ", filler),
    }
    for name, (head, piece) in floods.items():
        for server in (pair.hot, pair.ordinary):
            assert bytes_taken(server, head, piece) < 1 << 20, name


def test_a_body_is_not_what_is_bounded(pair: Pair) -> None:
    for body in (b"e0000\r\n" + b"a" * 0xE0000 + b"\r\n" + NOTHING, b"1\r\na\r\n" * 100_000 + NOTHING):
        for server in (pair.hot, pair.ordinary):
            answer = exchange(server.port, [request(POST, CHUNKED), body], then=LAST, pause=0.05, quiet=10)
            assert answer.startswith(b"HTTP/1.1 405 ")
            assert answer.count(b"HTTP/1.1 302 ") == 1
