"""Pages that are rendered once say the same as those that Django renders each time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from apps.accounts.models import User
from apps.links import services
from apps.links.models import Link
from tests.redirects.serving import HOST, Threaded, exchange

MakeLink = Callable[..., Link]


def ask(port: int, code: str, *lines: str, method: str = "GET") -> bytes:
    head = "\r\n".join([f"{method} /{code} HTTP/1.1", f"Host: {HOST}", "Connection: close", *lines])
    return exchange(port, [f"{head}\r\n\r\n".encode()])


def comparable(answer: bytes) -> tuple[bytes, set[bytes], bytes]:
    """Status line, headers but for those of the moment, body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    return status, {line for line in headers if not line.startswith((b"date", b"x-request-id"))}, body


def test_a_kept_page_is_what_django_says(server: Threaded) -> None:
    for language in ("en", "de-AT,de;q=0.9", "nonsense"):
        header = f"Accept-Language: {language}"
        by_django = ask(server.port, "unknown1", header, "Cookie: a=b")
        for code in ("other22", "unknown1"):
            kept = ask(server.port, code, header)
            assert comparable(kept.replace(code.encode(), b"unknown1"))[2] == comparable(by_django)[2]
        assert comparable(ask(server.port, "unknown1", header)) == comparable(by_django)


def test_each_answer_has_an_id_of_its_own(server: Threaded) -> None:
    ids = {re.findall(rb"x-request-id: (\w{32})", ask(server.port, "unknown1"))[0] for _ in range(5)}

    assert len(ids) == 5


def test_pages_of_different_reasons_are_told_apart(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="deleted1")
    services.delete_link(actor=owner, link=link, now=datetime.now(UTC))

    assert ask(server.port, "unknown1").startswith(b"HTTP/1.1 404 ")
    assert ask(server.port, "deleted1").startswith(b"HTTP/1.1 410 ")
    assert b"was deleted" in ask(server.port, "deleted1")


def test_of_a_lost_path_only_the_beginning_is_told(server: Threaded) -> None:
    for header in ("Accept: */*", "Cookie: a=b"):
        answer = ask(server.port, "unknown1/<b>/" + "x" * 2000, header)

        assert answer.startswith(b"HTTP/1.1 404 ")
        assert f"<code>{HOST}/unknown1/…</code>".encode() in answer
        assert b"xxx" not in answer


def test_head_has_the_length_and_no_body(server: Threaded) -> None:
    length = re.findall(rb"content-length: (\d+)", ask(server.port, "unknown1"))
    answer = ask(server.port, "unknown1", method="HEAD")

    assert re.findall(rb"content-length: (\d+)", answer) == length
    assert answer.endswith(b"\r\n\r\n")


def test_what_a_stranger_says_of_the_scheme_makes_no_difference(server: Threaded) -> None:
    assert comparable(ask(server.port, "unknown1", "X-Forwarded-Proto: https")) == comparable(ask(server.port, "unknown1"))
