"""What is asked for: links, what stands beside them, forms, and targets and hosts in whatever spelling."""

import json
from collections.abc import Callable
from typing import Any

from apps.links.changes import LinkOptions
from apps.links.models import Link
from tests.redirects.contract import DESTINATION, HEAD, Pair, request, statuses
from tests.redirects.serving import HOST
from tests.shared_data import shared_data

MakeLink = Callable[..., Link]
OURS = HOST.encode()
REFUSED, FOUND = "400", "302 302"
FORM = b"Content-Type: application/x-www-form-urlencoded"
THREE = (b"Content-Length: 3",)
CHUNKED = b"Transfer-Encoding: chunked"


def at(host: bytes) -> bytes:
    """A request whose Host header says `host`."""
    return b"GET /contract HTTP/1.1\r\nHost:" + host + b"\r\n\r\n"


BESIDE = {
    "a preview": (request(b"GET /contract+"), "200 302"),
    "a preview's head": (request(b"HEAD /contract+"), "200 302"),
    "a preview, escaped": (request(b"GET /contract%2B"), "200 302"),
    "a preview with a query": (request(b"GET /contract+?a"), "200 302"),
    "a preview with a slash": (request(b"GET /contract+/"), "404 302"),
    "a preview of nothing": (request(b"GET /nothing-here+"), "404 302"),
    "a preview behind a gate": (request(b"GET /gated+"), "200 302"),
    "a form for a preview": (request(b"POST /contract+", *THREE, body=b"a=b"), "405 302"),
    "a chunked form for a preview": (request(b"POST /contract+", CHUNKED, body=b"3\r\na=b\r\n0\r\n\r\n"), "405 302"),
    "a preview by HTTP/1.0": (b"GET /contract+ HTTP/1.0\r\n" + HEAD + b"\r\n", "200"),
    "a preview and a redirect at once": (request(b"GET /contract+") + request(b"GET /contract"), "200 302 302"),
    "a QR code": (request(b"GET /contract.qr"), "200 302"),
    "a QR code's head": (request(b"HEAD /contract.qr"), "200 302"),
    "a QR code of dots": (request(b"GET /contract.qr?format=png"), "200 302"),
    "a QR code of no size": (request(b"GET /contract.qr?size=x"), "400 302"),
    "a QR code in capitals": (request(b"GET /contract.QR"), "404 302"),
    "a QR code of nothing": (request(b"GET /nothing-here.qr"), "404 302"),
    "a QR code behind a gate": (request(b"GET /gated.qr"), "200 302"),
    "a form for a QR code": (request(b"POST /contract.qr", *THREE, body=b"a=b"), "405 302"),
}
FORMS = {
    "to a link": (request(b"POST /contract", *THREE, body=b"a=b"), "405 302"),
    "to a link, empty": (request(b"POST /contract", b"Content-Length: 0"), "405 302"),
    "to a link, of unknown length": (request(b"POST /contract"), "405 302"),
    "to a link, in chunks": (request(b"POST /contract", CHUNKED, body=b"3\r\na=b\r\n0\r\n\r\n"), "405 302"),
    "to a link, by HTTP/1.0": (b"POST /contract HTTP/1.0\r\n" + HEAD + b"Content-Length: 3\r\n\r\na=b", "405"),
    "to a link, of 2 MB": (request(b"POST /contract", b"Content-Length: 2000000", body=b"x" * 2_000_000), "405 302"),
    "to a link, after asking": (request(b"POST /contract", b"Expect: 100-continue", *THREE, body=b"a=b"), "405 302"),
    "to nothing": (request(b"POST /nothing-here", *THREE, body=b"a=b"), "405 302"),
    "to a gate": (request(b"POST /gated", FORM, *THREE, body=b"a=b"), "403 302"),
    "to a gate, empty": (request(b"POST /gated", b"Content-Length: 0"), "403 302"),
    "to a gate, of unknown length": (request(b"POST /gated"), "403 302"),
    "to a gate, in chunks": (request(b"POST /gated", FORM, CHUNKED, body=b"3\r\na=b\r\n0\r\n\r\n"), "403 302"),
    "to a gate, of 2 MB": (request(b"POST /gated", FORM, b"Content-Length: 2000000", body=b"a=" + b"x" * 1_999_998), "403 302"),
    "to a gate, in parts": (request(b"POST /gated", b"Content-Type: multipart/form-data; boundary=x", *THREE, body=b"a=b"), "403 302"),
    "to a gate, without a boundary": (request(b"POST /gated", b"Content-Type: multipart/form-data", *THREE, body=b"a=b"), "403 302"),
    "to a gate, in an unknown charset": (request(b"POST /gated", FORM + b"; charset=nonsense", *THREE, body=b"a=b"), "403 302"),
    "to a gate, with bad bytes": (request(b"POST /gated", FORM, b"Content-Length: 15", body=b"password=%00%ff"), "403 302"),
    "to a gate, after asking": (request(b"POST /gated", b"Expect: 100-continue", *THREE, body=b"a=b"), "100 403 302"),
    "a gate": (request(b"GET /gated"), "200 302"),
    "a gate's head": (request(b"HEAD /gated"), "200 302"),
    "PUT": (request(b"PUT /contract", *THREE, body=b"a=b"), "405 302"),
    "PATCH to a gate": (request(b"PATCH /gated", *THREE, body=b"a=b"), "405 302"),
    "TRACE": (request(b"TRACE /contract"), "405 302"),
    "QUERY": (request(b"QUERY /contract", *THREE, body=b"a=b"), "405 302"),
    "HEAD with a body": (request(b"HEAD /contract", *THREE, body=b"a=b"), FOUND),
    "another expectation": (request(b"GET /contract", b"Expect: 200-ok"), FOUND),
}
TARGETS = {
    "the absolute form": (request(b"GET http://" + OURS + b"/contract"), FOUND),
    "the absolute form in capitals": (request(b"GET HTTP://" + OURS.upper() + b"/contract"), FOUND),
    "the absolute form of another scheme": (request(b"GET ftp://" + OURS + b"/contract"), REFUSED),
    "the absolute form of another host": (request(b"GET http://evil.test/contract"), REFUSED),
    "the absolute form of another host, for a page": (request(b"GET http://evil.test/contract+"), REFUSED),
    "the absolute form of another host, for its root": (request(b"GET http://evil.test/"), REFUSED),
    "the absolute form of our host, sent to another": (b"GET http://" + OURS + b"/contract HTTP/1.1\r\nHost: evil.test\r\n\r\n", REFUSED),
    "the absolute form without a Host": (b"GET http://" + OURS + b"/contract HTTP/1.1\r\n\r\n", REFUSED),
    "the absolute form at another port": (request(b"GET http://" + OURS + b":8080/contract"), REFUSED),
    "the absolute form with a user": (request(b"GET http://evil.test@" + OURS + b"/contract"), REFUSED),
    "the absolute form with a fragment for a host": (request(b"GET http://evil.test#@" + OURS + b"/contract"), REFUSED),
    "the absolute form without a path": (request(b"GET http://" + OURS), REFUSED),
    "the authority form": (request(b"GET " + OURS + b":80"), REFUSED),
    "the asterisk form": (request(b"OPTIONS *"), REFUSED),
    "a relative path": (request(b"GET contract"), REFUSED),
    "a backslash": (request(b"GET /\\evil.test"), "404 302"),
    "a form feed": (request(b"GET /contr\x0cact"), REFUSED),
    "bytes beyond ASCII in the query": (request(b"GET /contract?\xff"), REFUSED),
    "a control character in the query": (request(b"GET /contract?\x01"), REFUSED),
    "an unknown version": (b"GET /contract HTTP/1.2\r\n" + HEAD + b"\r\n", REFUSED),
    "a version in small letters": (b"GET /contract http/1.1\r\n" + HEAD + b"\r\n", REFUSED),
    "a blank behind the version": (b"GET /contract HTTP/1.1 \r\n" + HEAD + b"\r\n", REFUSED),
    "a mark before the method": (b"\xef\xbb\xbf" + request(b"GET /contract"), REFUSED),
    "a line for a proxy before": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + request(b"GET /contract"), REFUSED),
}
HOSTS = {
    "blanks around": (at(b"  " + OURS + b"  "), FOUND),
    "port 0": (at(b" " + OURS + b":0"), FOUND),
    "no port behind a colon": (at(b" " + OURS + b":"), "400 302"),
    "a port that no host has": (at(b" " + OURS + b":99999"), "404 302"),
    "a list": (at(b" " + OURS + b", evil.test"), "400 302"),
    "a comma": (at(b" " + OURS + b","), "400 302"),
    "a URL": (at(b" http://" + OURS), "400 302"),
    "bytes beyond ASCII": (at(b" sh\xc3\xb6.test"), "400 302"),
    "a folded line": (at(b"\r\n " + OURS), REFUSED),
    "an empty one": (at(b""), "400 302"),
    "an empty one and ours": (at(b"\r\n" + HEAD[:-2]), "400 302"),
    "none by HTTP/1.0": (b"GET /contract HTTP/1.0\r\n\r\n", REFUSED),
    "two for a preview": (request(b"GET /contract+", b"Host: evil.test"), "400 302"),
    "two for the root": (request(b"GET /", b"Host: evil.test"), "400 302"),
    "two for a page": (request(b"GET /a/b", b"Host: evil.test"), "400 302"),
    "none for a preview": (b"GET /contract+ HTTP/1.1\r\n\r\n", "400 302"),
    "a stranger's for a page": (b"GET /nothing-here HTTP/1.1\r\nHost: evil.test\r\n\r\n", "400 302"),
}


def gate(make_link: MakeLink) -> None:
    make_link(code="gated", destination_url="https://example.com/gated", options=LinkOptions(password="open sesame"))


def test_what_stands_beside_a_link_is_the_same_on_both_paths(pair: Pair, make_link: MakeLink) -> None:
    gate(make_link)
    pair.hold_to(BESIDE)


def test_forms_and_other_methods_meet_the_same_on_both_paths(pair: Pair, make_link: MakeLink) -> None:
    gate(make_link)
    pair.hold_to(FORMS)


def test_a_target_is_a_path_of_the_host_that_is_named(pair: Pair) -> None:
    pair.hold_to(TARGETS)


def test_a_host_is_named_once_and_plainly(pair: Pair) -> None:
    pair.hold_to(HOSTS)


def test_hostile_paths_lead_nowhere_else_on_either_path(pair: Pair, make_link: MakeLink, settings: Any) -> None:
    settings.RATE_LIMIT_UNKNOWN_CODE = 0
    make_link(code="abc", destination_url=DESTINATION)
    for case in json.loads((shared_data("attack-vectors") / "paths.json").read_text(encoding="utf-8")):
        for method in (b"GET", b"HEAD"):
            hot, ordinary = pair.both([request(method + b" " + case["raw_path"].encode("utf-8"))])
            assert hot == ordinary, case["why"]
            # A preview is the one page that there is besides.
            allowed = {"200"} if case["raw_path"] == "/abc+" else {"302", "400", "404", "431"}
            assert statuses(hot).split()[0] in allowed, case["why"]
            locations = {line for line in hot.split(b"\r\n") if line.lower().startswith(b"location:")}
            assert locations <= {b"location: " + DESTINATION.encode()}, case["why"]
