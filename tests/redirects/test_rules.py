"""Who goes where: conditions, priorities, and shares that stay with their visitors."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.links.conditions import checked
from apps.redirects import rules
from apps.redirects.conditions import compiled
from apps.redirects.forwarding import Destination
from apps.redirects.snapshot import Rule, Snapshot
from apps.redirects.visits import Visit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOON_NS = int(NOON.timestamp()) * 1_000_000_000
IPHONE = b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1"
ANDROID = b"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36"
TABLET = (
    b"Mozilla/5.0 (Linux; Android 15; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36"
)
WINDOWS = b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0"
MAC = b"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15"
LINUX = b"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
BOT = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def visit(**facts: Any) -> Visit:
    fields: dict[str, Any] = {"now_ns": NOON_NS, "address": b"192.0.2.1", "agent": LINUX, "language": b"en", "query": b"", "rest": b""}
    return Visit(**(fields | facts))


CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"kind": "device", "values": ["mobile"]}, {"agent": IPHONE}, True),
    ({"kind": "device", "values": ["mobile"]}, {"agent": TABLET}, False),
    ({"kind": "device", "values": ["tablet", "mobile"]}, {"agent": TABLET}, True),
    ({"kind": "device", "values": ["desktop"]}, {"agent": WINDOWS}, True),
    ({"kind": "device", "values": ["bot"]}, {"agent": BOT}, True),
    ({"kind": "device", "values": ["bot"]}, {"agent": b""}, True),
    ({"kind": "device", "values": ["desktop"]}, {"agent": b"\xff\x00"}, False),
    ({"kind": "os", "values": ["iOS"]}, {"agent": IPHONE}, True),
    ({"kind": "os", "values": ["Android"]}, {"agent": ANDROID}, True),
    ({"kind": "os", "values": ["macOS"]}, {"agent": MAC}, True),
    ({"kind": "os", "values": ["macOS"]}, {"agent": IPHONE}, False),
    ({"kind": "os", "values": ["Windows"]}, {"agent": WINDOWS}, True),
    ({"kind": "os", "values": ["Linux"]}, {"agent": LINUX}, True),
    ({"kind": "os", "values": ["Other"]}, {"agent": b"curl/8"}, True),
    ({"kind": "browser", "values": ["Safari"]}, {"agent": IPHONE}, True),
    ({"kind": "browser", "values": ["Chrome"]}, {"agent": ANDROID}, True),
    ({"kind": "browser", "values": ["Edge"]}, {"agent": WINDOWS}, True),
    ({"kind": "browser", "values": ["Samsung Internet"]}, {"agent": TABLET}, True),
    ({"kind": "browser", "values": ["Firefox"]}, {"agent": LINUX}, True),
    ({"kind": "browser", "values": ["Other"]}, {"agent": b"curl/8"}, True),
    ({"kind": "language", "values": ["de"]}, {"language": b"de-AT,de;q=0.9,en;q=0.8"}, True),
    ({"kind": "language", "values": ["de-AT"]}, {"language": b"de-at"}, True),
    ({"kind": "language", "values": ["de-DE"]}, {"language": b"de-AT,de;q=0.9"}, False),
    ({"kind": "language", "values": ["de-DE"]}, {"language": b"de"}, False),
    ({"kind": "language", "values": ["de"]}, {"language": b"en,de;q=0.9"}, False),
    ({"kind": "language", "values": ["de"]}, {"language": b"en;q=0.5,de;q=0.9"}, True),
    ({"kind": "language", "values": ["de"]}, {"language": b"den"}, False),
    ({"kind": "language", "values": ["de"]}, {"language": b""}, False),
    ({"kind": "language", "values": ["de"]}, {"language": b"\xff\xfe,*"}, False),
    ({"kind": "country", "values": ["US"]}, {"address": b"8.8.8.8"}, True),
    ({"kind": "country", "values": ["DE", "AT"]}, {"address": b"8.8.8.8"}, False),
    ({"kind": "country", "values": ["US"]}, {"address": b""}, False),
    ({"kind": "country", "values": ["US"], "not": True}, {"address": b"127.0.0.1"}, True),
    ({"kind": "query", "name": "ref"}, {"query": b"a=1&ref="}, True),
    ({"kind": "query", "name": "ref"}, {"query": b"a=1&reference=2"}, False),
    ({"kind": "query", "name": "ref"}, {"query": b""}, False),
    ({"kind": "query", "name": "a b", "values": ["ü"]}, {"query": b"a+b=%C3%BC"}, True),
    ({"kind": "query", "name": "ref", "values": ["x", "y"]}, {"query": b"ref=z&ref=y"}, True),
    ({"kind": "query", "name": "ref", "values": ["x"]}, {"query": b"ref=X"}, False),
    ({"kind": "query", "name": "ref"}, {"query": b"&".join([b"ref=1"] * 300)}, False),
    ({"kind": "window", "from": "2026-11-23T12:00:00Z"}, {"now_ns": NOON_NS}, True),
    ({"kind": "window", "from": "2026-11-23T12:00:00Z"}, {"now_ns": NOON_NS - 1}, False),
    ({"kind": "window", "until": "2026-11-23T13:00:00+01:00"}, {"now_ns": NOON_NS - 1}, True),
    ({"kind": "window", "until": "2026-11-23T13:00:00+01:00"}, {"now_ns": NOON_NS}, False),
    ({"kind": "ip", "values": ["10.0.0.0/8", "192.0.2.1"]}, {"address": b"192.0.2.1"}, True),
    ({"kind": "ip", "values": ["10.0.0.0/8"]}, {"address": b"11.0.0.0"}, False),
    ({"kind": "ip", "values": ["2001:db8::/32"]}, {"address": b"2001:db8:1::2"}, True),
    ({"kind": "ip", "values": ["::/0"]}, {"address": b"10.0.0.1"}, False),
    ({"kind": "ip", "values": ["0.0.0.0/0"]}, {"address": b""}, False),
]


@pytest.mark.parametrize(("condition", "facts", "expected"), CASES)
def test_a_condition_holds_for_whom_it_is_about(condition: dict[str, Any], facts: dict[str, Any], expected: bool) -> None:
    [stored] = checked([condition])
    opposite = stored | {"not": not stored.get("not", False)}

    assert compiled(stored)(visit(**facts)) is expected
    assert compiled(opposite)(visit(**facts)) is not expected


Choosing = Callable[[Visit], str]


@pytest.fixture
def choosing(make_snapshot: Callable[..., Snapshot]) -> Callable[..., Choosing]:
    """What `rules` make of a visit, by the destinations' names."""

    def make(*rows: Rule, **fields: Any) -> Choosing:
        snapshot = make_snapshot(rules=list(rows), **fields)
        choose = rules.compiled(snapshot, Destination(b"https://e.com/default", {}))
        return lambda of: choose(of).plain.decode().rpartition("/")[2]

    return make


def to(name: str, *conditions: dict[str, Any], priority: int = 1, weight: int = 1) -> Rule:
    return Rule(priority, checked(list(conditions)), f"https://e.com/{name}", weight)


MOBILE = {"kind": "device", "values": ["mobile"]}
GERMAN = {"kind": "language", "values": ["de"]}


def test_the_first_priority_at_which_a_rule_holds_decides(choosing: Callable[..., Choosing]) -> None:
    choose = choosing(to("a", MOBILE, GERMAN, priority=1), to("b", MOBILE, priority=2), to("c", GERMAN, priority=3))

    assert choose(visit(agent=IPHONE, language=b"de")) == "a"
    assert choose(visit(agent=IPHONE)) == "b"
    assert choose(visit(language=b"de")) == "c"
    assert choose(visit()) == "default"


def test_a_rule_without_conditions_is_for_everybody(choosing: Callable[..., Choosing]) -> None:
    assert choosing(to("a"))(visit()) == "a"


def test_only_rules_that_hold_share_visitors(choosing: Callable[..., Choosing]) -> None:
    choose = choosing(to("a", MOBILE, weight=1000), to("b"))

    assert {choose(visit(address=b"192.0.2.%d" % last)) for last in range(50)} == {"b"}


def test_rules_that_cannot_be_read_or_sent_are_passed_over(choosing: Callable[..., Choosing]) -> None:
    unreadable = [
        Rule(1, [{"kind": "moon"}], "https://e.com/a", 1),
        Rule(1, [{"values": []}], "https://e.com/b", 1),
        Rule(1, ["text"], "https://e.com/c", 1),  # type: ignore[list-item]
        Rule(1, [{"kind": "ip", "values": ["x"]}], "https://e.com/d", 1),
        Rule(1, [{"kind": "window", "from": "soon", "until": None}], "https://e.com/e", 1),
        Rule(1, [], "https://e.com/\r\nX: y", 1),
        Rule(1, [], "javascript:alert(1)", 1),
    ]

    assert choosing(*unreadable, to("good", priority=2))(visit()) == "good"


VISITORS = [visit(address=b"10.%d.%d.%d" % (n % 7, n // 250, n % 250), agent=b"Agent/%d" % (n % 13)) for n in range(10_000)]


def test_shares_follow_the_weights(choosing: Callable[..., Choosing]) -> None:
    choose = choosing(to("a", weight=1), to("b", weight=2), to("c", weight=7))

    counts = Counter(choose(visitor) for visitor in VISITORS)

    for name, share in (("a", 1000), ("b", 2000), ("c", 7000)):
        # Five standard deviations.
        assert abs(counts[name] - share) < 5 * (share * (1 - share / 10_000)) ** 0.5


def test_equal_destinations_have_shares_of_their_own(choosing: Callable[..., Choosing]) -> None:
    counts = Counter(map(choosing(to("a"), to("a"), to("b")), VISITORS))

    assert abs(counts["b"] - 3333) < 250


def test_a_visitor_stays_with_a_destination(choosing: Callable[..., Choosing]) -> None:
    before = list(map(choosing(to("a"), to("b")), VISITORS))

    later = [visitor._replace(now_ns=NOON_NS * 2, language=b"de", query=b"x=1") for visitor in VISITORS]
    assert list(map(choosing(to("b", priority=3), to("a", priority=3), version=9), later)) == before


def test_links_share_visitors_independently(choosing: Callable[..., Choosing]) -> None:
    one, other = (list(map(choosing(to("a"), to("b"), link_id=link_id), VISITORS)) for link_id in (1, 2))

    assert abs(sum(a == b for a, b in zip(one, other, strict=True)) - 5000) < 250


def test_a_change_of_weights_moves_only_whom_it_must(choosing: Callable[..., Choosing]) -> None:
    before = list(map(choosing(to("a", weight=50), to("b", weight=50)), VISITORS))
    after = list(map(choosing(to("a", weight=60), to("b", weight=50)), VISITORS))

    moves = Counter(zip(before, after, strict=True))
    # From 50 % to 6/11.
    assert abs(moves["b", "a"] - 455) < 110
    assert moves["a", "b"] == 0


def test_a_new_rule_takes_its_share_from_all_and_moves_nobody_else(choosing: Callable[..., Choosing]) -> None:
    before = list(map(choosing(to("a"), to("b")), VISITORS))
    after = list(map(choosing(to("a"), to("c"), to("b")), VISITORS))

    moves = Counter(zip(before, after, strict=True))
    assert moves["a", "b"] == moves["b", "a"] == 0
    assert abs(moves["a", "c"] - 1667) < 200
    assert abs(moves["b", "c"] - 1667) < 200
