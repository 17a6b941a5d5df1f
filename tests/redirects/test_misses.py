"""Requests for links that the process cache does not hold, as visitors meet them."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from apps.accounts.models import User
from apps.links import services
from apps.links.changes import LinkOptions
from apps.links.models import Domain, Link
from apps.redirects.decide import Outcome
from apps.redirects.invalidation import on_domains_changed
from tests.events.valkey import Server
from tests.redirects.contract import HEAD, LAST, Pair, request, statuses
from tests.redirects.serving import HOST, Threaded, comparable, exchange, get, status_of, threaded, wait_for

MakeLink = Callable[..., Link]
DAY = timedelta(days=1)
# Shorter than a redirector waits for Redis, and long enough for what a test does meanwhile.
PAUSE_MS = 40


def forget(*servers: Threaded) -> None:
    """Empty their process caches."""
    for server in servers:
        server.redirector.cache.clear()


def answered_here(server: Threaded) -> int:
    """Answers to misses that were given inside the protocol class."""
    return sum(server.redirector.misses.outcomes.values())


@pytest.fixture
def slow_redis(valkey: Server) -> Callable[[], None]:
    """Has Redis answer what comes from now on only after a moment."""

    def pause() -> None:
        with redis.Redis.from_url(valkey.url) as client:
            client.client_pause(PAUSE_MS)

    return pause


def make_links(make_link: MakeLink, owner: User) -> dict[str, bool]:
    """Paths of links of every kind, and whether a miss of each is answered without the ordinary path."""
    now = datetime.now(UTC)
    make_link(code="plain")
    make_link(code="kept", options=LinkOptions(redirect_status=301, cache_seconds=600))
    make_link(code="query", options=LinkOptions(forward_query=True))
    make_link(code="path", options=LinkOptions(forward_path=True))
    make_link(code="utm", options=LinkOptions(utm={"utm_source": "mail"}))
    make_link(code="limited", options=LinkOptions(max_clicks=1_000))
    make_link(code="locked", options=LinkOptions(password="a long password"))
    make_link(code="later", valid_from=now + DAY)
    make_link(code="over", valid_from=now - 2 * DAY, expires_at=now + timedelta(seconds=0.5))
    services.set_link_active(actor=owner, link=make_link(code="disabled"), is_active=False, now=now)
    services.delete_link(actor=owner, link=make_link(code="deleted"), now=now)
    time.sleep(0.6)
    return {
        **dict.fromkeys(("/plain", "/kept", "/query", "/query?a=1&b=2", "/path", "/utm", "/plain?a=1"), True),
        **dict.fromkeys(("/limited", "/locked", "/later", "/over", "/disabled", "/deleted", "/path/more", "/plain?a#top"), False),
        **dict.fromkeys(("/plain/", "/plain/more", "/plain+", "/nothing/here", "/admin", "/", "/no.code", "/Plain%20"), False),
    }


def test_every_kind_of_link_is_answered_as_the_ordinary_path_does(pair: Pair, make_link: MakeLink, owner: User) -> None:
    for path, is_answered_here in make_links(make_link, owner).items():
        for method in (b"GET", b"HEAD"):
            forget(pair.hot, pair.ordinary)
            before = answered_here(pair.hot)
            hot, ordinary = pair.both([request(method + b" " + path.encode(), b"User-Agent: x", b"Referer: https://a.example/")])
            assert hot == ordinary, path
            assert b"HTTP/1.1 500" not in hot, path
            assert answered_here(pair.hot) == before + is_answered_here, path


def test_unknown_codes_are_answered_as_the_ordinary_path_does(pair: Pair, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"unknown_code": ""}
    headers: list[list[bytes]] = [
        [],
        [b"Accept-Language: de"],
        [b"Accept-Language: de, en;q=0.5"],
        [b"Cookie: a=1"],
        [b"X-Forwarded-Proto: https"],
        [b"X-Forwarded-Proto: gopher"],
    ]
    for number in range(3):
        for fields in headers:
            for method in (b"GET", b"HEAD"):
                # The first of a kind renders the page, which is at hand for the next.
                hot, ordinary = pair.both([request(method + b" /nothing%d?a=1" % number, *fields)])
                assert hot == ordinary, fields
                assert statuses(hot) == "404 302", fields


def test_an_unknown_code_is_answered_without_the_ordinary_path_once_the_page_is_at_hand(server: Threaded) -> None:
    assert status_of_miss(server, "/nothing1") == 404
    before = answered_here(server)
    for path in ("/nothing1", "/nothing2", "/nothing3"):
        assert status_of_miss(server, path) == 404
    assert answered_here(server) == before + 3
    assert server.redirector.orphans.spool.sequence == 4


def test_visitors_without_a_link_go_where_their_domain_says(pair: Pair, domain: Domain) -> None:
    domain.not_found_url = "https://example.com/lost"
    domain.save(update_fields=["not_found_url"])
    on_domains_changed()
    for server in (pair.hot, pair.ordinary):
        wait_for(lambda server=server: server.redirector.domains.get(HOST).not_found_url, "the domain's change")
    hot, ordinary = pair.both([request(b"GET /nothing-here")])
    assert hot == ordinary
    assert b"location: https://example.com/lost\r\n" in hot


def status_of_miss(server: Threaded, path: str) -> int:
    """The status of the answer to a request that is hot but for its link."""
    answer = exchange(server.port, [f"GET {path} HTTP/1.1\r\n".encode() + HEAD + b"\r\n"], quiet=0.3)
    return int(answer.split(b" ", 2)[1])


def test_a_miss_is_one_click_with_all_that_is_known(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="plain")
    before = server.redirector.spool.sequence
    assert status_of_miss(server, "/plain") == 302
    assert server.redirector.spool.sequence == before + 1
    assert server.redirector.misses.outcomes == {Outcome.REDIRECT: 1}
    assert server.redirector.lookahead.answered == 0


def test_what_comes_behind_a_miss_is_answered_behind_it(pair: Pair, make_link: MakeLink, slow_redis: Callable[[], None]) -> None:
    make_link(code="plain")
    make_link(code="other", destination_url="https://example.com/other")
    miss, hot_one = request(b"GET /plain"), request(b"GET /contract")
    form = request(b"POST /plain", b"Content-Length: 3", body=b"a=1")
    for chunks in (
        [miss, hot_one],
        [miss, hot_one, request(b"GET /other")],
        [miss, hot_one[:20], hot_one[20:]],
        [miss, form, hot_one],
        [miss, hot_one + hot_one],
    ):
        forget(pair.hot, pair.ordinary)
        for server in (pair.hot, pair.ordinary):
            exchange(server.port, [LAST])
        slow_redis()
        hot, ordinary = pair.both(chunks)
        assert hot == ordinary, chunks
        assert hot.startswith(b"HTTP/1.1 302 Found\r\nlocation: https://example.com/page\r\n"), chunks


def test_a_miss_is_answered_before_what_comes_behind_it_is_refused(
    server: Threaded, make_link: MakeLink, slow_redis: Callable[[], None]
) -> None:
    make_link(code="plain")
    slow_redis()
    assert statuses(exchange(server.port, [request(b"GET /plain"), b"no request\r\n\r\n"])) == "302 400"


def test_who_floods_behind_a_miss_is_no_longer_read(server: Threaded, make_link: MakeLink, slow_redis: Callable[[], None]) -> None:
    make_link(code="plain")
    slow_redis()
    answer = exchange(server.port, [request(b"GET /plain"), b"GET /plain HTTP/1.1\r\nX-Long: ", b"a" * 3_000_000], pause=PAUSE_MS / 8000)
    assert statuses(answer) == "302 431"
    assert status_of(server.port, "/plain") == 302


def test_a_visitor_who_has_left_is_no_click(server: Threaded, make_link: MakeLink, slow_redis: Callable[[], None]) -> None:
    make_link(code="plain")
    before = server.redirector.spool.sequence
    slow_redis()
    with socket.create_connection(("127.0.0.1", server.port)) as gone:
        gone.sendall(request(b"GET /plain"))
        time.sleep(PAUSE_MS / 4000)
        # Closed with a reset, as browsers do that give up.
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_for(lambda: len(server.redirector.cache.entries) == 1, "the look-up to end")
    time.sleep(0.05)
    assert server.redirector.spool.sequence == before
    assert answered_here(server) == 0


def test_when_nobody_can_say_the_answer_is_503_after_one_wait(
    domain: Domain, make_link: MakeLink, valkey: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_link(code="plain")
    with threaded() as server:

        async def away(*_: Any, **__: Any) -> Any:
            raise OSError

        monkeypatch.setattr(server.redirector.reader._pipeline, "ask", away)
        valkey.kill()
        try:
            began = time.monotonic()
            assert status_of_miss(server, "/plain") == 503
            took = time.monotonic() - began
            assert server.redirector.unresolvable == 1
            assert server.redirector.cache.counters.misses == 1
        finally:
            valkey.start()
    assert took < 1.2


def test_each_miss_takes_one_token_whatever_answers_it(make_link: MakeLink, owner: User, settings: Any, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"redirect": "9/3600"}
    for number in range(3):
        make_link(code=f"plain{number}")
        services.set_link_active(actor=owner, link=make_link(code=f"disabled{number}"), is_active=False, now=datetime.now(UTC))
    paths = [f"/{kind}{number}" for number in range(3) for kind in ("plain", "disabled", "nothing")]
    with threaded() as server:
        found = [status_of_miss(server, path) for path in (*paths, "/plain0", "/nothing9")]
    assert found == [302, 404, 404] * 3 + [429, 429]


def test_a_redirector_that_ends_answers_those_whose_link_is_looked_up(
    domain: Domain, make_link: MakeLink, slow_redis: Callable[[], None]
) -> None:
    make_link(code="plain")
    server = Threaded()
    slow_redis()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as waiting:
        waiting.sendall(request(b"GET /plain"))
        time.sleep(PAUSE_MS / 8000)
        server.server.should_exit = True
        answer = b""
        while data := waiting.recv(65536):
            answer += data
    server.stop()
    assert answer.startswith(b"HTTP/1.1 302 Found\r\n")
    assert comparable(answer).endswith(b"\r\n\r\n")


def test_an_entry_whose_time_is_over_is_looked_up_again(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="plain")
    assert get(server.port, "/plain").startswith(b"HTTP/1.1 302")
    for entry in server.redirector.cache.entries.values():
        entry.valid_until_ns = time.time_ns()
    before = server.redirector.cache.counters.misses
    assert status_of_miss(server, "/plain") == 302
    assert server.redirector.cache.counters.misses == before + 1
    assert server.redirector.misses.outcomes == {Outcome.REDIRECT: 1}
