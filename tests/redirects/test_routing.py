"""Links with rules, forwarding, other statuses and caching, over raw sockets: both paths agree, the
hot path answers what it can, and each click tells where its visitor was really sent."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.analytics.enrichment import Enricher
from apps.events.envelope import Event
from apps.links.changes import LinkOptions
from apps.links.models import Link
from apps.links.rules import RuleSpec, set_rules
from apps.redirects import visits
from apps.redirects.click_events import to_message
from apps.redirects.frames import FILE_HEAD, read_frames
from tests.redirects.serving import HOST, Threaded, comparable, exchange, threaded
from tests.redirects.spooling import files

Set = Callable[..., Link]
IPHONE = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1\r\n"
MOBILE = {"kind": "device", "values": ["mobile"]}
RULES = [
    RuleSpec(1, [MOBILE, {"kind": "language", "values": ["de"]}], "https://m.example.com/de"),
    RuleSpec(2, [MOBILE], "https://m.example.com/?app=1#top"),
    RuleSpec(3, [{"kind": "query", "name": "ref", "values": ["x"]}], "https://ref.example.com/"),
    RuleSpec(4, [{"kind": "country", "values": ["AT"]}], "https://at.example.com/"),
    RuleSpec(5, [{"kind": "ip", "values": ["127.0.0.0/8"]}, {"kind": "query", "name": "ab"}], "https://a.example.com/", 1),
    RuleSpec(5, [{"kind": "ip", "values": ["127.0.0.0/8"]}, {"kind": "query", "name": "ab"}], "https://b.example.com/", 3),
]
HOT_BY_KIND: dict[str, list[tuple[str, str, str]]] = {
    # What follows the code, headers, location.
    "rules": [
        ("", "", "https://example.com/page"),
        ("", IPHONE + "Accept-Language: de-AT,de;q=0.9\r\n", "https://m.example.com/de"),
        ("", IPHONE + "Accept-Language: en\r\n", "https://m.example.com/?app=1#top"),
        ("?ref=x", "", "https://ref.example.com/"),
        ("?ref=y", "", "https://example.com/page"),
    ],
    "all": [
        ("?q=1&app=2", IPHONE, "https://m.example.com/?app=1&q=1&utm_source=qr#top"),
        ("/a/b?q=1", IPHONE, "https://m.example.com/a/b?app=1&q=1&utm_source=qr#top"),
        ("/", "", "https://example.com/page?utm_source=qr"),
        ("/a%20b/.", "", "https://example.com/page/a%20b?utm_source=qr"),
        ("?utm_source=me", "", "https://example.com/page?utm_source=me"),
        ("/x?ref=x", "", "https://ref.example.com/x?ref=x&utm_source=qr"),
    ],
}


# Refused, and the server closes: nobody waits for more.
LAST = b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n"


def ask(port: int, request: bytes) -> bytes:
    """The answer to one request, and the refusal behind it."""
    return exchange(port, [request], then=LAST, quiet=5)


class Pair:
    """The same links on two servers; only one of them has the hot path."""

    def __init__(self, hot: Threaded, ordinary: Threaded) -> None:
        self.hot, self.ordinary = hot, ordinary

    def ask(self, target: str, headers: str = "", *, method: str = "GET") -> tuple[bytes, bool]:
        """The answer of both, which must be one, and whether the hot path gave it."""
        request = f"{method} {target} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode("latin-1")
        before = self.hot.redirector.lookahead.answered
        answers = [comparable(ask(server.port, request)) for server in (self.hot, self.ordinary)]
        assert answers[0] == answers[1], target
        return answers[0], self.hot.redirector.lookahead.answered > before


@pytest.fixture
def pair(domain: Any, settings: Any) -> Iterator[Pair]:
    visits.load()
    with threaded() as hot, threaded(bypass_hot_path=True) as ordinary:
        yield Pair(hot, ordinary)


@pytest.fixture
def make(make_link: Callable[..., Link], owner: Any) -> Set:
    def make(code: str, *, rules: list[RuleSpec] | None = None, **fields: Any) -> Link:
        link = make_link(code=code, **fields)
        return set_rules(actor=owner, link=link, rules=rules, now=datetime.now(UTC)) if rules else link

    return make


def location(answer: bytes) -> str:
    return answer.partition(b"location: ")[2].partition(b"\r\n")[0].decode()


def events(directory: Any) -> list[Event]:
    """All clicks in the spool, in their order, as the bus gets them."""
    frames = [frame for path in files(directory) for frame in read_frames(path.read_bytes(), FILE_HEAD.size)]
    return [Event.decode(to_message(frame, 1).value) for frame in sorted(frames, key=lambda frame: frame.time_ns)]


def destinations(directory: Any) -> list[str]:
    return [event.payload["destination_url"] for event in events(directory)]


@pytest.mark.parametrize("kind", list(HOT_BY_KIND))
def test_both_paths_send_visitors_to_the_same_place_and_say_so_in_the_click(pair: Pair, make: Set, spool_dir: Any, kind: str) -> None:
    options = LinkOptions(forward_query=True, forward_path=True, utm={"utm_source": "qr"}) if kind == "all" else LinkOptions()
    make("routed", rules=RULES, options=options)
    pair.ask("/routed")
    sent = destinations(spool_dir)

    for after, headers, expected in HOT_BY_KIND[kind]:
        answer, is_hot = pair.ask(f"/routed{after}", headers)
        assert (location(answer), is_hot) == (expected, True), after
        sent += [expected, expected]

    assert destinations(spool_dir) == sent


def test_a_share_stays_with_its_visitor_on_both_paths(pair: Pair, make: Set) -> None:
    make("split", rules=RULES)
    pair.ask("/split")

    found = {agent: {location(pair.ask("/split?ab", f"User-Agent: Agent/{agent}\r\n")[0]) for _ in range(2)} for agent in range(12)}

    assert all(len(places) == 1 for places in found.values())
    assert set.union(*found.values()) == {"https://a.example.com/", "https://b.example.com/"}


@pytest.mark.parametrize(
    ("status", "phrase"), [(301, "Moved Permanently"), (302, "Found"), (307, "Temporary Redirect"), (308, "Permanent Redirect")]
)
def test_a_link_has_its_own_status(pair: Pair, make: Set, status: int, phrase: str) -> None:
    make("permanent", options=LinkOptions(redirect_status=status))
    pair.ask("/permanent")

    for method in ("GET", "HEAD"):
        answer, is_hot = pair.ask("/permanent", method=method)
        assert answer.startswith(f"HTTP/1.1 {status} {phrase}\r\n".encode())
        assert b"cache-control: private, no-store\r\n" in answer
        assert is_hot

    answer, _ = pair.ask("/permanent", "Content-Length: 0\r\n", method="POST")
    assert answer.startswith(b"HTTP/1.1 405 ")


def test_a_browser_may_keep_an_answer_for_as_long_as_the_link_says(pair: Pair, make: Set) -> None:
    make("kept", options=LinkOptions(cache_seconds=3600))
    pair.ask("/kept")

    answer, is_hot = pair.ask("/kept")

    assert b"cache-control: private, max-age=3600\r\n" in answer
    assert is_hot


def test_no_kept_answer_outlives_the_link_or_the_window_of_a_rule(make: Set, server: Threaded) -> None:
    now = datetime.now(UTC)
    soon = {"kind": "window", "from": (now + timedelta(seconds=40)).isoformat(), "until": None}
    make("expiring", options=LinkOptions(cache_seconds=3600), expires_at=now + timedelta(seconds=60))
    make("windowed", options=LinkOptions(cache_seconds=3600), rules=[RuleSpec(1, [soon], "https://later.example.com/")])

    for code, most in (("expiring", 60), ("windowed", 40)):
        for _ in range(2):
            answer = ask(server.port, f"GET /{code} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            age = int(answer.partition(b"max-age=")[2].partition(b"\r\n")[0])
            assert most - 20 < age < most


def test_a_window_opens_to_the_moment_on_a_cached_entry(make: Set, server: Threaded) -> None:
    opens = datetime.now(UTC) + timedelta(seconds=2)
    window = {"kind": "window", "from": opens.isoformat(), "until": None}
    make("opening", rules=[RuleSpec(1, [window], "https://later.example.com/")])
    request = f"GET /opening HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()

    seen = []
    while time.time() < opens.timestamp() + 0.5:
        before = time.time()
        place = location(ask(server.port, request))
        seen.append((before, place, time.time()))

    for before, place, after in seen:
        if after < opens.timestamp():
            assert place == "https://example.com/page"
        if before >= opens.timestamp():
            assert place == "https://later.example.com/"
    assert {place for _, place, _ in seen} == {"https://example.com/page", "https://later.example.com/"}


PATHS_NOT_FOUND = ["/routed/../admin", "/routed/%2e%2e/x", "/routed/a/..%2f..%2fx", "/nothing/a/b", "/plain/a", "/plain/"]


def test_what_follows_a_code_is_not_found_unless_the_link_takes_it(pair: Pair, make: Set) -> None:
    make("routed", options=LinkOptions(forward_path=True))
    make("plain")
    pair.ask("/routed")
    pair.ask("/plain")

    for path in PATHS_NOT_FOUND:
        answer, is_hot = pair.ask(path)
        assert answer.startswith(b"HTTP/1.1 404 "), path
        assert not is_hot


ODD = {
    "a fragment": "/routed/a#b",
    "a fragment in the query": "/routed/a?b#c",
    "bytes beyond ASCII": "/routed/\xe4",
    "quotes": "/routed/\"'<>\\`{}|^",
    "an escaped code": "/%72outed/a",
    "two slashes": "/routed//a//b",
    "an escaped slash behind the code": "/routed%2Fa",
    "an escaped line break": "/routed/a%0d%0aX:%20y?b=%0d%0aX:%20y",
    "a broken escape": "/routed/%zz%?%",
    "an empty query": "/routed/a?",
    "a long query": "/routed/a?" + "b" * 7900,
    "a long rest": "/routed/" + "b" * 7900,
}


def test_odd_paths_and_queries_are_answered_alike(pair: Pair, make: Set) -> None:
    make("routed", options=LinkOptions(forward_path=True, forward_query=True), rules=RULES)
    pair.ask("/routed")

    for name, target in ODD.items():
        answer, _ = pair.ask(target)
        assert b"HTTP/1.1 500" not in answer, name
        assert b"\r\nX:" not in answer, name


def test_a_link_that_has_expired_says_so_below_its_code_too(pair: Pair, make: Set) -> None:
    link = make("routed", options=LinkOptions(forward_path=True), expires_at=datetime.now(UTC) + timedelta(days=1))
    Link.objects.filter(pk=link.pk).update(expires_at=datetime.now(UTC))

    answer, _ = pair.ask("/routed/a")

    assert answer.startswith(b"HTTP/1.1 410 ")


def test_an_edit_of_rules_shows_at_once(make: Set, server: Threaded, owner: Any) -> None:
    link = make("routed", rules=RULES)
    request = f"GET /routed HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    assert location(ask(server.port, request)) == "https://example.com/page"

    set_rules(actor=owner, link=link, rules=[RuleSpec(1, [], "https://new.example.com/")], now=datetime.now(UTC))

    end = time.monotonic() + 1
    while location(ask(server.port, request)) != "https://new.example.com/":
        assert time.monotonic() < end


@pytest.mark.parametrize(
    ("method", "headers", "reason"),
    [
        ("GET", IPHONE, ""),
        ("HEAD", IPHONE, "head"),
        ("GET", IPHONE + "Sec-Purpose: prefetch;prerender\r\n", "prefetch"),
        ("GET", IPHONE + "Purpose: prefetch\r\n", "prefetch"),
        ("GET", "", "empty_agent"),
        ("GET", "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)\r\n", "crawler"),
    ],
)
def test_machines_are_redirected_by_rules_like_people_and_marked(
    pair: Pair, make: Set, spool_dir: Any, method: str, headers: str, reason: str
) -> None:
    make("routed", rules=[RuleSpec(1, [{"kind": "query", "name": "ref"}], "https://ref.example.com/")])
    pair.ask("/routed")
    known = len(destinations(spool_dir))

    answer, is_hot = pair.ask("/routed?ref", headers, method=method)

    assert (location(answer), is_hot) == ("https://ref.example.com/", True)
    clicks = events(spool_dir)[known:]
    assert len(clicks) == 2
    for click in clicks:
        row = Enricher.from_settings().enrich(click, appended_at=datetime.now(UTC))
        assert (row.destination_url, row.is_bot, row.bot_reason) == ("https://ref.example.com/", bool(reason), reason)
