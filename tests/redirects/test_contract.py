"""The hot path and the ordinary path give the same bytes for the same bytes."""

from tests.redirects.contract import HEAD, LAST, Pair
from tests.redirects.serving import HOST, comparable, exchange

BROWSER = HEAD + (
    b"Connection: keep-alive\r\n"
    b'sec-ch-ua: "Chromium";v="148"\r\n'
    b"Upgrade-Insecure-Requests: 1\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36\r\n"
    b"Accept: text/html,*/*;q=0.8\r\n"
    b"Referer: https://news.example.com/\r\n"
    b"Accept-Language: en-GB,en;q=0.9\r\n"
)
PLAIN = b"GET /contract HTTP/1.1\r\n" + BROWSER + b"\r\n"

# What the hot path itself must answer.
HOT = {
    "a browser": PLAIN,
    "few headers": b"GET /contract HTTP/1.1\r\n" + HEAD + b"\r\n",
    "lower-case names": PLAIN.replace(b"Host:", b"host:").replace(b"User-Agent:", b"user-agent:").replace(b"Referer", b"referer"),
    "a tab in a header": PLAIN.replace(b"Mozilla", b"Moz\tilla"),
    "many headers": PLAIN.replace(b"Accept:", b"".join(b"X-%d: a\r\n" % number for number in range(300)) + b"Accept:"),
    "a long cookie": PLAIN.replace(b"Accept:", b"Cookie: " + b"a" * 7_000 + b"\r\nAccept:"),
    "an empty Connection": PLAIN.replace(b"Connection: keep-alive", b"Connection:"),
    "marks that no URL should have": PLAIN.replace(b"/contract", b'/contract?"<>`{}|^'),
    "somebody else's host beside ours": PLAIN.replace(b"Accept:", b"X-Forwarded-Host: evil.test\r\nAccept:"),
    "upper-case names": PLAIN.replace(b"Host:", b"HOST:").replace(b"User-Agent:", b"USER-AGENT:"),
    "HEAD": b"HEAD" + PLAIN[3:],
    "a query": PLAIN.replace(b"/contract", b"/contract?utm_source=x&a=%00"),
    "an empty query": PLAIN.replace(b"/contract", b"/contract?"),
    "an empty header": PLAIN.replace(b"\r\n\r\n", b"\r\nX-Empty:\r\n\r\n"),
    "bytes beyond ASCII in a header": PLAIN.replace(b"Mozilla", b"M\xf6zilla\xff"),
    "no blank after colons": PLAIN.replace(b": ", b":"),
}
# What it must leave to the ordinary path, whatever that answers.
ORDINARY = {
    "HTTP/1.0": b"GET /contract HTTP/1.0\r\n" + HEAD + b"\r\n",
    "HTTP/1.0 that keeps alive": b"GET /contract HTTP/1.0\r\n" + HEAD + b"Connection: keep-alive\r\n\r\n",
    "HTTP/2.0": b"GET /contract HTTP/2.0\r\n" + HEAD + b"\r\n",
    "HTTP/0.9": b"GET /contract\r\n\r\n",
    "Connection: close": LAST,
    "Connection: CLOSE": LAST.replace(b"close", b"CLOSE"),
    "Connection: keep-alive, close": LAST.replace(b"close", b"keep-alive, close"),
    "two pipelined": PLAIN + PLAIN,
    "three pipelined": PLAIN + PLAIN.replace(b"/contract", b"/nothing-here") + PLAIN,
    "pipelined with a beginning": PLAIN + b"GET /contr",
    "a body by length": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\nhello",
    "an empty body by length": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: 0\r\n\r\n",
    "a body that looks like a request": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(PLAIN) + PLAIN,
    "a chunked body": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "length and chunks": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "obscured chunking": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: xchunked\r\n\r\n",
    "Expect": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Expect: 100-continue\r\n\r\n",
    "an upgrade to h2c": b"GET /contract HTTP/1.1\r\n" + HEAD + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "an upgrade to a WebSocket": b"GET /contract HTTP/1.1\r\n"
    + HEAD
    + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n",
    "two Hosts": PLAIN.replace(HEAD, HEAD + HEAD),
    "two Hosts that differ": PLAIN.replace(HEAD, HEAD + b"Host: evil.test\r\n"),
    "two Hosts that differ in case": PLAIN.replace(HEAD, HEAD + HEAD.lower()),
    "no Host": b"GET /contract HTTP/1.1\r\nUser-Agent: x\r\n\r\n",
    "an empty Host": b"GET /contract HTTP/1.1\r\nHost:\r\n\r\n",
    "a strange Host": PLAIN.replace(HOST.encode(), b"evil.test"),
    "a Host in capitals": PLAIN.replace(HOST.encode(), HOST.upper().encode()),
    "a Host with a path": PLAIN.replace(HOST.encode(), HOST.encode() + b"/contract"),
    "a Host with a trailing dot": PLAIN.replace(HOST.encode(), HOST.encode() + b"."),
    "a Host with the scheme's port": PLAIN.replace(HOST.encode(), HOST.encode() + b":80"),
    "a Host with a user": PLAIN.replace(HOST.encode(), b"a@" + HOST.encode()),
    "a folded header": PLAIN.replace(b"Accept:", b"X-Folded: a\r\n b\r\nAccept:"),
    "a blank before the colon": PLAIN.replace(b"Accept:", b"Accept :"),
    "a header without a name": PLAIN.replace(b"Accept:", b":"),
    "a header without a colon": PLAIN.replace(b"Accept:", b"Accept"),
    "a NUL in a header": PLAIN.replace(b"Mozilla", b"Moz\0illa"),
    "a bare CR in a header": PLAIN.replace(b"Mozilla", b"Moz\rilla"),
    "bare LFs": PLAIN.replace(b"\r\n", b"\n"),
    "empty lines before": b"\r\n\r\n" + PLAIN,
    "empty lines after": PLAIN + b"\r\n\r\n",
    "two blanks in the request line": PLAIN.replace(b"GET /", b"GET  /"),
    "a tab in the request line": PLAIN.replace(b"GET /", b"GET\t/"),
    "a blank before the method": b" " + PLAIN,
    "a method in small letters": b"get" + PLAIN[3:],
    "POST": b"POST" + PLAIN[3:],
    "OPTIONS": b"OPTIONS" + PLAIN[3:],
    "DELETE": b"DELETE" + PLAIN[3:],
    "an unknown method": b"FETCH" + PLAIN[3:],
    "the absolute form": PLAIN.replace(b"GET /", b"GET http://" + HOST.encode() + b"/"),
    "the absolute form of another host": PLAIN.replace(b"GET /", b"GET http://evil.test/"),
    "the asterisk form": PLAIN.replace(b"/contract", b"*"),
    "an escaped code": PLAIN.replace(b"/contract", b"/%63ontract"),
    "a twice escaped code": PLAIN.replace(b"/contract", b"/%2563ontract"),
    "a code in capitals": PLAIN.replace(b"/contract", b"/CONTRACT"),
    "a trailing slash": PLAIN.replace(b"/contract", b"/contract/"),
    "two slashes": PLAIN.replace(b"/contract", b"//contract"),
    "a fragment": PLAIN.replace(b"/contract", b"/contract#top"),
    "a query and a fragment": PLAIN.replace(b"/contract", b"/contract?a#top"),
    "a path parameter": PLAIN.replace(b"/contract", b"/contract;a=1"),
    "bytes beyond ASCII in the path": PLAIN.replace(b"/contract", b"/contr\xe4ct"),
    "NUL in the path": PLAIN.replace(b"/contract", b"/contract\0"),
    "an unknown code": PLAIN.replace(b"/contract", b"/nothing-here"),
    "a long head": PLAIN.replace(b"Accept:", b"X-Long: " + b"a" * 10_000 + b"\r\nAccept:"),
    "an oversized head": PLAIN.replace(b"Accept:", b"X-Long: " + b"a" * 70_000 + b"\r\nAccept:"),
    "an oversized path": PLAIN.replace(b"/contract", b"/" + b"a" * 70_000),
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 64,
    "no HTTP at all": b"hello\r\n\r\n",
}


def test_hot_requests_are_answered_hot_and_alike(pair: Pair) -> None:
    for name, request in HOT.items():
        before = pair.hits()
        hot, ordinary = pair.both([request])
        assert hot == ordinary, name
        assert hot.count(b"HTTP/1.1 302 Found\r\nlocation: https://example.com/the/page?x=1\r\n") == 2, name
        assert pair.hits() == before + 1, f"{name}: not answered by the hot path"


def test_all_other_requests_take_the_ordinary_path_and_are_answered_alike(pair: Pair) -> None:
    for name, request in ORDINARY.items():
        before = pair.hits()
        hot, ordinary = pair.both([request])
        assert hot == ordinary, name
        assert b"HTTP/1.1 500" not in hot, name
        assert pair.hits() == before, f"{name}: answered by the hot path"


def test_a_request_may_be_split_at_every_byte(pair: Pair) -> None:
    request = b"GET /contract?a=1 HTTP/1.1\r\n" + HEAD + b"User-Agent: x\r\n\r\n"
    whole, _ = pair.both([request])
    for at in range(1, len(request)):
        assert comparable(exchange(pair.hot.port, [request[:at], request[at:]], then=LAST, pause=0.002, quiet=10)) == whole, at


def test_a_request_may_come_byte_by_byte(pair: Pair) -> None:
    hot, ordinary = pair.both([bytes([byte]) for byte in b"GET /contract HTTP/1.1\r\n" + HEAD + b"\r\n"])
    assert hot == ordinary


def test_a_body_that_looks_like_a_request_is_no_request(pair: Pair) -> None:
    request = b"POST /contract HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(PLAIN)
    hot, ordinary = pair.both([request, PLAIN])
    assert hot == ordinary
    assert hot.count(b"HTTP/1.1 ") == 2


def test_hot_and_ordinary_requests_take_turns_on_one_connection(pair: Pair) -> None:
    unknown = PLAIN.replace(b"/contract", b"/nothing-here")
    chunks = [PLAIN, PLAIN, unknown, PLAIN, b"POST" + PLAIN[3:], PLAIN, PLAIN + PLAIN, PLAIN]
    hot, ordinary = pair.both(chunks, pause=0.1)
    assert hot == ordinary
    assert hot.count(b"HTTP/1.1 302 Found") == 8


def test_each_answer_is_one_click(pair: Pair) -> None:
    spool = pair.hot.redirector.spool
    before = spool.sequence
    for request in (PLAIN, PLAIN + PLAIN, b"HEAD" + PLAIN[3:], PLAIN.replace(b"/contract", b"/nothing-here")):
        exchange(pair.hot.port, [request], then=LAST, quiet=10)
    # Four that end the conversations, and one, two, one and none of the requests themselves.
    assert spool.sequence == before + 8
