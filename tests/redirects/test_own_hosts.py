"""All that a visitor may ask of a verified domain is answered there, though no setting names its host;
at hosts that are nobody's there is nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache

from apps.accounts.models import User, Workspace
from apps.links.changes import LinkOptions
from apps.links.domains import add_domain, note_check
from apps.links.models import Domain, Link
from tests.redirects.gating import Visitor
from tests.redirects.serving import HOST, Threaded, get, status, threaded

MakeLink = Callable[..., Link]
OWN = "go.example.com"
PATHS = ["/robots.txt", "/seen+", "/seen.qr", "/unknown", "/unknown+", "/unknown.qr", "/not/a/link.html", "/favicon.ico"]


@pytest.fixture(autouse=True)
def no_kept_answers() -> None:
    cache.clear()


@pytest.fixture
def claim(owner: User) -> Domain:
    """A domain of the owner's workspace that nobody has verified yet."""
    workspace = Workspace.objects.get(personal_for=owner)
    return add_domain(actor=owner, workspace=workspace, hostname=OWN, now=datetime.now(UTC))


@pytest.fixture
def own_domain(claim: Domain) -> Domain:
    return note_check(claim, is_shown=True, now=datetime.now(UTC))


def body(answer: bytes) -> str:
    return answer.partition(b"\r\n\r\n")[2].decode()


def test_a_verified_domain_answers_under_its_own_name(own_domain: Domain, server: Threaded, make_link: MakeLink) -> None:
    make_link(code="seen", domain=own_domain)

    for host in (OWN, "GO.example.com", f"{OWN}."):
        assert [status(get(server.port, path, host=host)) for path in PATHS] == [200, 200, 200, 404, 404, 404, 404, 404]


@pytest.mark.parametrize("host", [OWN, "other.example.net", "192.0.2.7", "go.example.com.evil.net"])
def test_a_host_that_is_nobodys_gets_a_page_that_says_so(claim: Domain, server: Threaded, make_link: MakeLink, host: str) -> None:
    make_link(code="seen")

    for path in (*PATHS, "/", "/static/css/none.css"):
        answer = get(server.port, path, host=host)
        assert status(answer) == 400
        assert "does not answer to the host name" in body(answer)
        assert "example.com/page" not in body(answer)


def test_robots_read_of_each_domain_what_is_open_there(own_domain: Domain, server: Threaded, make_link: MakeLink, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [HOST, "alias.test"]
    make_link(code="open-here", domain=own_domain, options=LinkOptions(is_crawlable=True))
    make_link(code="open-there", options=LinkOptions(is_crawlable=True))

    of_own, of_default = (body(get(server.port, "/robots.txt", host=host)) for host in (OWN, HOST))
    of_alias = body(get(server.port, "/robots.txt", host="alias.test"))

    assert ("Allow: /open-here$" in of_own, "Allow: /open-there$" in of_own) == (True, False)
    assert ("Allow: /open-here$" in of_default, "Allow: /open-there$" in of_default) == (False, True)
    assert of_alias == of_default


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/links/", "/healthz"])
def test_the_sites_own_pages_are_not_at_a_verified_domain(own_domain: Domain, settings: Any, path: str) -> None:
    settings.ROOT_URLCONF = "shortener_project.urls"

    with threaded() as server:
        answer = get(server.port, path, host=OWN)

    assert status(answer) == (200 if path == "/healthz" else 404)
    assert "<form" not in body(answer)


def test_the_forms_of_gates_can_be_sent_at_a_verified_domain(own_domain: Domain, server: Threaded, make_link: MakeLink) -> None:
    make_link("https://example.com/inside", code="locked", domain=own_domain, options=LinkOptions(password="open sesame"))
    visitor = Visitor(server.port, host=OWN)

    assert visitor.get("/locked").status == 200
    accepted = visitor.send("/locked", {"password": "open sesame"})

    assert accepted.status == 303
    assert visitor.get(accepted.location).location == "https://example.com/inside"


@pytest.mark.parametrize("path", ["/asked", "/asked+", "/asked.qr"])
def test_while_nobody_knows_whose_a_host_is_it_is_no_bad_request(own_domain: Domain, settings: Any, path: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Redirectors keep the address that they were built with.
        patch.setitem(settings.DATABASES["default"], "HOST", "127.0.0.1")
        patch.setitem(settings.DATABASES["default"], "PORT", "9")
        cut_off = Threaded()
    try:
        answer = get(cut_off.port, path, host=OWN)
    finally:
        cut_off.stop()

    assert status(answer) == 503
    assert b"\r\nretry-after: 1\r\n" in answer.lower()
    assert "cannot be looked up just now" in body(answer)
