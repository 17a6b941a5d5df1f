"""The ordinary path and the pages that take the place of a redirect."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.accounts.models import User
from apps.common.ids import uuid7
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.links import services
from apps.links.models import Link
from apps.redirects.consumers import LinkCacheInvalidation
from apps.redirects.frames import FIELDS, FILE_HEAD, read_frames
from tests.redirects.serving import HOST, Threaded, exchange, get, threaded, wait_for
from tests.redirects.spooling import files

MakeLink = Callable[..., Link]


def last_click(server: Threaded) -> dict[str, str]:
    [path] = files(server.redirector.spool.directory)
    *_, frame = read_frames(path.read_bytes(), FILE_HEAD.size)
    return dict(zip(FIELDS, frame.fields.decode().split("\0"), strict=True))


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [("none", 404, b"not_found"), ("disable", 404, b"disabled"), ("delete", 410, b"deleted")],
)
def test_a_link_that_leads_nowhere_has_its_page(
    server: Threaded, make_link: MakeLink, owner: User, change: str, status: int, reason: bytes
) -> None:
    code = "no-such"
    if change != "none":
        link = make_link(code=(code := "leads-nowhere"))
        if change == "disable":
            services.set_link_active(actor=owner, link=link, is_active=False, now=datetime.now(UTC))
        else:
            services.delete_link(actor=owner, link=link, now=datetime.now(UTC))
    answer = get(server.port, f"/{code}")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"cache-control: private, no-store" in head.lower()
    assert b"location:" not in head.lower()
    assert code.encode() in body


def test_an_unknown_code_is_asked_for_once(server: Threaded) -> None:
    get(server.port, "/unknown1")
    before = server.redirector.reader.queries
    get(server.port, "/unknown1")
    assert server.redirector.reader.queries == before
    assert server.redirector.cache.counters.negative_hits == 1


def test_other_methods_are_refused(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="methods")
    answer = exchange(server.port, [f"POST /methods HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()])
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET, HEAD\r\n" in answer


def test_both_paths_keep_the_same_click(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="clicked")
    headers = (
        "User-Agent: A/1\r\nReferer: https://r.example/\r\nAccept-Language: de\r\nSec-Purpose: prefetch\r\nX-Forwarded-For: 9.9.9.9\r\n"
    )
    get(server.port, "/clicked?utm_source=x", headers=headers)
    ordinary = last_click(server)
    exchange(server.port, [f"GET /clicked?utm_source=x HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode()], quiet=0.2)
    assert server.redirector.lookahead.answered == 1
    assert last_click(server) == ordinary
    assert (ordinary["query"], ordinary["purpose"], ordinary["address"]) == ("utm_source=x", "prefetch", "127.0.0.1")


def test_both_paths_believe_a_trusted_proxy(domain: Any, make_link: MakeLink, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    make_link(code="proxied")
    with threaded() as server:
        headers = "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n"
        get(server.port, "/proxied", headers=headers)
        assert last_click(server)["address"] == "198.51.100.7"
        request = f"GET /proxied HTTP/1.1\r\nHost: {HOST}\r\n{headers.replace('198', '199')}\r\n"
        exchange(server.port, [request.encode()], quiet=0.2)
        assert server.redirector.lookahead.answered == 1
        assert last_click(server)["address"] == "199.51.100.7"


def test_the_back_stop_invalidates_what_the_first_try_missed(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(code="missed")
    get(server.port, "/missed")
    Link.objects.filter(pk=link.pk).update(destination_url="https://example.com/other", version=link.version + 1)
    payload = {"domain_id": link.domain_id, "code": "missed", "link_version": link.version + 1}
    LinkCacheInvalidation().handle(Event(uuid7(), Topic.URL_UPDATED, str(link.pk), datetime.now(UTC), 1, payload))
    wait_for(lambda: b"https://example.com/other" in get(server.port, "/missed"), "the change", timeout=1)
