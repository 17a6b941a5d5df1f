"""Passwords and warnings before a link's destination, on a running redirector."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from apps.accounts.models import User
from apps.accounts.policy import BackOffice
from apps.links import moderation, services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.models import Link
from apps.redirects import passes
from apps.redirects.decide import Outcome
from tests.redirects.gating import CHROME, Visitor
from tests.redirects.serving import HOST, Threaded, exchange, get, wait_for
from tests.redirects.test_asgi import last_click

MakeLink = Callable[..., Link]
SECRET = "https://secret.example/where"
LOCKED = LinkOptions(password="open sesame")


@pytest.fixture
def moderator(owner: User) -> BackOffice:
    return BackOffice(User.objects.create_superuser("moderator@example.com", "correct horse"))


def clicks(server: Threaded) -> int:
    return server.redirector.spool.sequence


def test_a_link_with_a_password_asks_for_it_and_tells_nothing(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="locked", title="The title", options=LOCKED)

    answer = Visitor(server.port).get("/locked?utm_source=x")

    assert answer.status == 200
    assert 'type="password"' in answer.text
    assert "secret.example" not in answer.text + str(answer.headers)
    assert "The title" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert clicks(server) == 0


def test_the_right_password_opens_the_link_and_counts_one_click(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="opened", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/opened?utm_source=x")

    accepted = visitor.send("/opened?utm_source=x", {"password": "open sesame"})
    followed = visitor.get(accepted.location)
    again = visitor.get("/opened")

    assert (accepted.status, accepted.location) == (303, "/opened?utm_source=x")
    assert (followed.status, followed.location) == (302, SECRET)
    assert followed.headers["cache-control"] == "private, no-store"
    assert (again.status, again.location) == (302, SECRET)
    assert clicks(server) == 2
    assert last_click(server)["method"] == "GET"


FORWARDING: list[tuple[dict[str, Any], str, str]] = [
    (
        {"forward_path": True, "forward_query": True},
        "/extra/a%20b?x=1&y=%C3%A9&a=9",
        "https://secret.example/where/extra/a%20b?a=1&x=1&y=%C3%A9#f",
    ),
    ({"forward_path": True}, "/extra/?x=1", "https://secret.example/where/extra/?a=1#f"),
    ({"forward_query": True}, "?x=1&x=2", "https://secret.example/where?a=1&x=1&x=2#f"),
    (
        {"forward_path": True, "forward_query": True},
        "//evil.example/?next=//evil.example",
        "https://secret.example/where//evil.example/?a=1&next=//evil.example#f",
    ),
    (
        {"forward_path": True, "forward_query": True},
        "/logout?password=x&csrfmiddlewaretoken=x",
        "https://secret.example/where/logout?a=1&password=x&csrfmiddlewaretoken=x#f",
    ),
]


@pytest.mark.parametrize(("forwarded", "asked", "destination"), FORWARDING)
@pytest.mark.parametrize("gate", [Outcome.LOCKED, Outcome.FLAGGED, Outcome.HELD])
def test_what_is_forwarded_survives_a_gate(
    server: Threaded, make_link: MakeLink, moderator: BackOffice, gate: Outcome, forwarded: dict[str, Any], asked: str, destination: str
) -> None:
    url = "https://secret.example/where?a=1#f"
    make_link(url, code="plain", options=LinkOptions(**forwarded))
    given: dict[Outcome, dict[str, Any]] = {Outcome.LOCKED: {"password": "open sesame"}, Outcome.HELD: {"max_clicks": 5}}
    link = make_link(url, code="gated", options=LinkOptions(**forwarded, **given.get(gate, {})))
    if gate is Outcome.FLAGGED:
        moderation.flag_link(actor=moderator, link=link, reason="phishing", now=datetime.now(UTC))
    # Whoever only looks is held before a limited link.
    visitor = Visitor(server.port, user_agent="Slackbot 1.0" if gate is Outcome.HELD else CHROME)

    page = visitor.get(f"/gated{asked}")
    passed = visitor.send(f"/gated{asked}", {"password": "open sesame"})

    assert page.status == 200
    assert (passed.status, passed.location) == (303, f"/gated{asked}")
    assert visitor.get(passed.location).location == visitor.get(f"/plain{asked}").location == destination


def test_a_wrong_password_loses_nothing_of_what_is_forwarded(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="retried", options=LinkOptions(password="open sesame", forward_path=True, forward_query=True))
    visitor = Visitor(server.port)
    visitor.get("/retried/extra?x=1")

    assert visitor.send("/retried/extra?x=1", {"password": "wrong"}).status == 403
    passed = visitor.send("/retried/extra?x=1", {"password": "open sesame"})

    assert visitor.get(passed.location).location == f"{SECRET}/extra?x=1"


def test_a_path_that_is_not_forwarded_has_no_gate(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="whole", options=LOCKED)

    assert Visitor(server.port).get("/whole/extra").status == 404
    assert Visitor(server.port).send("/whole/extra", {"password": "open sesame"}).status in {403, 405}


def test_the_pass_is_kept_for_this_link_alone_and_not_for_long(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="cookie", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/cookie")

    answer = visitor.send("/cookie", {"password": "open sesame"})

    [line] = [line for line in answer.set_cookies if line.startswith("pass-locked=")]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"path=/cookie", "httponly", "samesite=lax", "max-age=3600"} <= attributes


def test_the_pass_of_one_link_does_not_open_another(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="first", options=LOCKED)
    make_link(SECRET, code="second", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/first")
    visitor.send("/first", {"password": "open sesame"})
    value, _ = visitor.cookies["pass-locked"]

    visitor.cookies["pass-locked"] = (value, "/")

    assert visitor.get("/first").status == 302
    assert visitor.get("/second").status == 200


def test_another_password_locks_again(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="changed", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/changed")
    visitor.send("/changed", {"password": "open sesame"})
    assert visitor.get("/changed").status == 302

    services.update_link(actor=owner, link=link, changes=LinkChanges(password="another one"), now=datetime.now(UTC))

    wait_for(lambda: visitor.get("/changed").status == 200, "the new password to hold", timeout=1)


def test_a_password_taken_away_opens_the_link_to_all(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="freed", options=LOCKED)
    assert Visitor(server.port).get("/freed").status == 200

    services.update_link(actor=owner, link=link, changes=LinkChanges(password=None), now=datetime.now(UTC))

    wait_for(lambda: Visitor(server.port).get("/freed").status == 302, "the link to open", timeout=1)


def test_a_pass_ends_after_an_hour(make_snapshot: Callable[..., Any]) -> None:
    snapshot = make_snapshot(password_hash="x")
    response = HttpResponse()
    passes.give(response, Outcome.LOCKED, snapshot, "abc")
    cookies = {name: morsel.value for name, morsel in response.cookies.items()}

    assert passes.has(cookies, Outcome.LOCKED, snapshot)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=3605)):
        assert not passes.has(cookies, Outcome.LOCKED, snapshot)
    assert not passes.has({"pass-locked": cookies["pass-locked"][:-1] + "!"}, Outcome.LOCKED, snapshot)


@pytest.mark.parametrize("password", ["open Sesame", "", "x" * 5000, "open sesame\0"])
def test_a_wrong_password_is_said_to_be_wrong(server: Threaded, make_link: MakeLink, password: str) -> None:
    make_link(SECRET, code="wrong", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/wrong")

    answer = visitor.send("/wrong", {"password": password})

    assert answer.status == 403
    assert "This is not the password" in answer.text
    assert "secret.example" not in answer.text
    assert not any(line.startswith("pass-") for line in answer.set_cookies)
    assert visitor.get("/wrong").status == 200


def test_a_password_in_the_address_opens_nothing(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="inurl", options=LOCKED)

    assert Visitor(server.port).get("/inurl?password=open+sesame&pw=open+sesame").status == 200


def test_a_form_from_elsewhere_is_refused(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="forged", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/forged")

    assert visitor.send("/forged", {"password": "open sesame"}, token="").status == 403
    assert "pass-locked" not in visitor.cookies
    assert Visitor(server.port).send("/forged", {"password": "open sesame"}, token="x" * 32).status == 403


def test_guessing_is_limited_by_link_and_address(server: Threaded, make_link: MakeLink, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "password": "3/600"}
    make_link(code="guessed", options=LOCKED)
    make_link(code="other", options=LOCKED)
    visitor = Visitor(server.port)
    visitor.get("/guessed")

    statuses = [visitor.send("/guessed", {"password": f"guess {number}"}).status for number in range(3)]
    refused = visitor.send("/guessed", {"password": "open sesame"})
    visitor.get("/other")
    elsewhere = visitor.send("/other", {"password": "open sesame"})

    assert statuses == [403, 403, 403]
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit-remaining"] == "0"
    assert elsewhere.status == 303


@pytest.mark.parametrize("change", ["banned", "disabled", "expired", "scheduled"])
def test_a_lock_does_not_hide_that_a_link_leads_nowhere(
    server: Threaded, make_link: MakeLink, owner: User, moderator: BackOffice, change: str
) -> None:
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "expired": {"expires_at": now + timedelta(seconds=0.4)},
        "scheduled": {"valid_from": now + timedelta(hours=1)},
    }.get(change, {})
    link = make_link(code="nowhere", options=LinkOptions(password="open sesame", max_clicks=1), **fields)
    if change == "banned":
        moderation.ban_link(actor=moderator, link=link, reason="phishing", now=now)
    elif change == "disabled":
        services.set_link_active(actor=owner, link=link, is_active=False, now=now)

    expected = 410 if change in {"banned", "expired"} else 404
    wait_for(lambda: Visitor(server.port).get("/nowhere").status == expected, "the page", timeout=1)
    assert Visitor(server.port).send("/nowhere").status == 405


def test_other_links_take_no_forms(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="plain")
    get(server.port, "/plain")

    for path in ("/plain", "/unknown"):
        assert Visitor(server.port).send(path).status == 405
    assert clicks(server) == 1


def test_a_flagged_link_warns_and_shows_where_it_leads(server: Threaded, make_link: MakeLink, moderator: BackOffice) -> None:
    link = make_link("https://xn--80ak6aa92e.com/login?next=<b>", code="flagged")
    moderation.flag_link(actor=moderator, link=link, reason="looks like apple.com", now=datetime.now(UTC))
    visitor = Visitor(server.port)

    page = visitor.get("/flagged")
    assert page.status == 200
    assert "xn--80ak6aa92e.com" in page.text
    assert "аррӏе" not in page.text
    assert 'href="https://xn' not in page.text
    assert "<b>" not in page.text
    assert "noindex" in page.headers["x-robots-tag"]

    accepted = visitor.send("/flagged")
    followed = visitor.get(accepted.location)

    assert accepted.status == 303
    assert (followed.status, followed.location) == (302, link.destination_url)
    assert clicks(server) == 1
    assert exchange(server.port, [f"GET /flagged HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()]).startswith(
        b"HTTP/1.1 200"
    )


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("Phishing for bank log-ins, see ticket 17", "suspected of phishing"),
        ("serves MALWARE", "suspected of malware"),
        ("lottery scam", "suspected of fraud"),
        ("spam run of May", "in masses"),
        ("ticket 17", "under a false name"),
    ],
)
def test_the_warning_tells_why_but_not_what_moderators_noted(
    server: Threaded, make_link: MakeLink, moderator: BackOffice, reason: str, told: str
) -> None:
    moderation.flag_link(actor=moderator, link=make_link(code="why"), reason=reason, now=datetime.now(UTC))

    for path in ("/why", "/why+"):
        page = Visitor(server.port).get(path).text
        assert told in page
        assert reason not in page


def test_a_ban_holds_within_a_second(server: Threaded, make_link: MakeLink, moderator: BackOffice) -> None:
    link = make_link(code="tobeban")
    assert Visitor(server.port).get("/tobeban").status == 302

    moderation.ban_link(actor=moderator, link=link, reason="phishing", now=datetime.now(UTC))
    wait_for(lambda: Visitor(server.port).get("/tobeban").status == 410, "the ban", timeout=1)
    moderation.unban_link(actor=moderator, link=link, now=datetime.now(UTC))

    wait_for(lambda: Visitor(server.port).get("/tobeban").status == 302, "the end of the ban", timeout=1)


def test_a_warning_comes_within_a_second(server: Threaded, make_link: MakeLink, moderator: BackOffice) -> None:
    link = make_link(code="toflag")
    assert Visitor(server.port).get("/toflag").status == 302

    moderation.flag_link(actor=moderator, link=link, reason="phishing", now=datetime.now(UTC))

    wait_for(lambda: Visitor(server.port).get("/toflag").status == 200, "the warning", timeout=1)
