"""What a short domain answers besides its links, over real sockets."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.models import User, Workspace
from apps.links.domains import DomainSettings, add_domain, edit_domain, note_check
from apps.links.models import Domain, Link
from apps.redirects.frames import FIELDS, FILE_HEAD, read_frames
from apps.redirects.shipper import Shipper
from apps.redirects.spool import ORPHAN_SUFFIX
from tests.redirects.serving import HOST, Threaded, exchange, get, status, threaded, wait_for
from tests.redirects.spooling import KeptMessages, files

MakeLink = Callable[..., Link]
OWN = "go.example.com"
FINGERPRINT = ":".join(["AB"] * 32)
APPLE = "/.well-known/apple-app-site-association"
ANDROID = "/.well-known/assetlinks.json"


@pytest.fixture
def own_domain(owner: User) -> Domain:
    workspace = Workspace.objects.get(personal_for=owner)
    now = datetime.now(UTC)
    return note_check(add_domain(actor=owner, workspace=workspace, hostname=OWN, now=now), is_shown=True, now=now)


@pytest.fixture
def tell(own_domain: Domain, owner: User, server: Threaded) -> Callable[..., Domain]:
    """Sets what the domain does with visitors, and waits until the server knows."""

    def run(**changes: Any) -> Domain:
        domain = edit_domain(actor=owner, domain=own_domain, changes=DomainSettings(**changes))

        def is_known() -> bool:
            known = server.redirector.domains.get(OWN)
            return known is not None and all(getattr(known, name) == getattr(domain, name) for name in changes)

        wait_for(is_known, "the change of the domain", timeout=1.5)
        return domain

    return run


@pytest.fixture
def at_site(settings: Any) -> None:
    """The site's own pages are elsewhere than its short domain."""
    settings.PUBLIC_URL = "https://app.example.org"


def location(answer: bytes) -> bytes:
    return answer.partition(b"\r\nlocation: ")[2].partition(b"\r\n")[0]


def orphans(server: Threaded) -> list[dict[str, str]]:
    paths = sorted(server.redirector.spool.directory.glob(f"*{ORPHAN_SUFFIX}"))
    frames = [frame for path in paths for frame in read_frames(path.read_bytes(), FILE_HEAD.size)]
    return [dict(zip(FIELDS, frame.fields.decode().split("\0"), strict=True)) for frame in frames]


def test_visitors_whom_no_link_sends_on_go_where_the_owner_says(server: Threaded, tell: Callable[..., Domain], make_link: MakeLink) -> None:
    domain = tell(root_url="https://example.com/", not_found_url="https://example.com/404", expired_url="https://example.com/over")
    expired = make_link(code="expired", domain=domain)
    Link.objects.filter(pk=expired.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    for path, url in (("/", b"https://example.com/"), ("/no-such", b"https://example.com/404"), ("/expired", b"https://example.com/over")):
        answer = get(server.port, path, host=OWN)
        assert (status(answer), location(answer)) == (302, url)
        assert b"\r\ncache-control: private, no-store\r\n" in answer
        assert b"\r\ncontent-length: 0\r\n" in answer
    assert files(server.redirector.spool.directory)[0].stat().st_size == FILE_HEAD.size


def test_a_disabled_link_keeps_its_page_whatever_the_domain_says(
    server: Threaded, tell: Callable[..., Domain], make_link: MakeLink
) -> None:
    domain = tell(not_found_url="https://example.com/404", expired_url="https://example.com/over")
    link = make_link(code="disabled", domain=domain)
    Link.objects.filter(pk=link.pk).update(is_active=False)

    assert status(get(server.port, "/disabled", host=OWN)) == 404


def test_what_a_visitor_sends_does_not_change_where_they_go(server: Threaded, tell: Callable[..., Domain]) -> None:
    tell(root_url="https://example.com/", not_found_url="https://example.com/404")
    headers = "X-Forwarded-Host: evil.example\r\nReferer: https://evil.example/\r\n"

    assert location(get(server.port, "/?url=https://evil.example", host=OWN, headers=headers)) == b"https://example.com/"
    assert location(get(server.port, "/no-such?next=//evil.example", host=OWN, headers=headers)) == b"https://example.com/404"


def test_a_stored_address_that_could_not_be_sent_is_not_sent(own_domain: Domain) -> None:
    Domain.objects.filter(pk=own_domain.pk).update(not_found_url="https://example.com/\r\nX: y")
    with threaded() as server:
        answer = get(server.port, "/no-such", host=OWN)

    assert status(answer) == 404
    assert b"x: y" not in answer.lower()


def test_a_domain_without_settings_shows_the_pages_of_the_site_under_its_own_name(own_domain: Domain, server: Threaded) -> None:
    answer = get(server.port, "/no-such", host=OWN)

    assert status(answer) == 404
    assert OWN.encode() in answer


def test_the_root_of_a_domain_without_settings_leads_to_the_site(at_site: None, own_domain: Domain, server: Threaded) -> None:
    assert location(get(server.port, "/", host=OWN)) == b"https://app.example.org/"
    assert location(get(server.port, "/")) == b"https://app.example.org/"


def test_the_sites_own_home_page_stays_at_its_host(server: Threaded, settings: Any) -> None:
    settings.PUBLIC_URL = f"http://{HOST}"
    settings.ROOT_URLCONF = "shortener_project.urls"
    Domain.objects.filter(hostname=HOST).update(root_url="https://example.com/")

    answer = get(server.port, "/")

    assert location(answer) != b"https://example.com/"
    assert server.redirector.orphans.spool.sequence == 0


def test_other_methods_at_the_root_are_refused(server: Threaded, tell: Callable[..., Domain]) -> None:
    tell(root_url="https://example.com/")

    for path in ("/", APPLE):
        answer = exchange(server.port, [f"POST {path} HTTP/1.1\r\nHost: {OWN}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()])
        assert status(answer) == 405
        assert b"\r\nallow: GET, HEAD\r\n" in answer


def test_apps_that_open_a_domains_links_are_named_as_their_makers_want(server: Threaded, tell: Callable[..., Domain]) -> None:
    tell(apple_app_ids=["ABCDE12345.com.example.app"], android_apps=[{"package": "com.example.app", "fingerprints": [FINGERPRINT]}])

    for path, expected in (
        (APPLE, {"applinks": {"details": [{"appIDs": ["ABCDE12345.com.example.app"], "components": [{"/": "*"}]}]}}),
        (
            ANDROID,
            [
                {
                    "relation": ["delegate_permission/common.handle_all_urls"],
                    "target": {"namespace": "android_app", "package_name": "com.example.app", "sha256_cert_fingerprints": [FINGERPRINT]},
                }
            ],
        ),
    ):
        head, _, body = get(server.port, path, host=OWN).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"content-type: application/json" in head
        assert json.loads(body) == expected


def test_a_domain_without_apps_names_none(own_domain: Domain, server: Threaded) -> None:
    for path in (APPLE, ANDROID):
        answer = get(server.port, path, host=OWN)
        assert (status(answer), location(answer)) == (404, b"")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("domain=go.example.com", 200),
        ("domain=GO.Example.com.", 200),
        (f"domain={HOST}", 200),
        ("domain=claim.example.com", 404),
        ("domain=other.example.com", 404),
        ("domain=allowed.example.org", 404),
        ("domain=", 404),
        ("domain=a&domain=go.example.com", 404),
        ("domain=%00", 404),
        ("", 404),
    ],
)
def test_a_proxy_learns_which_hosts_may_have_certificates(
    own_domain: Domain, server: Threaded, owner: User, settings: Any, asked: str, expected: int
) -> None:
    settings.ALLOWED_HOSTS = [HOST, "allowed.example.org"]
    add_domain(actor=owner, workspace=Workspace.objects.get(personal_for=owner), hostname="claim.example.com", now=datetime.now(UTC))

    assert status(get(server.port, f"/internal/tls-ask?{asked}", host="127.0.0.1:8000")) == expected


def test_nobody_but_the_proxy_itself_may_ask(own_domain: Domain, server: Threaded, settings: Any) -> None:
    path = f"/internal/tls-ask?domain={OWN}"
    for header in ("X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "Via: 1.1 proxy", "X-Real-IP: 203.0.113.9"):
        assert status(get(server.port, path, headers=f"{header}\r\n")) == 404
    settings.INTERNAL_ADDRESSES = ["192.0.2.0/24"]

    assert status(get(server.port, path)) == 404


def test_unknown_codes_and_roots_are_kept_for_the_owner(at_site: None, own_domain: Domain, server: Threaded) -> None:
    get(server.port, "/sprng?utm_source=x", host=OWN, headers="User-Agent: A/1\r\nReferer: https://r.example/\r\nSec-Purpose: prefetch\r\n")
    get(server.port, "/", host=OWN)
    get(server.port, "/favicon.ico", host=OWN)

    unknown, root = orphans(server)
    assert (unknown["code"], unknown["hostname"], unknown["domain_id"]) == ("sprng", OWN, str(own_domain.pk))
    assert (unknown["user_agent"], unknown["referrer"], unknown["query"]) == ("A/1", "https://r.example/", "utm_source=x")
    assert (unknown["link_id"], unknown["workspace_id"], unknown["address"]) == ("0", str(own_domain.workspace_id), "127.0.0.1")
    assert root["code"] == ""
    assert server.redirector.spool.sequence == 0


def test_orphans_reach_the_bus_beside_the_clicks(own_domain: Domain, server: Threaded, make_link: MakeLink) -> None:
    make_link(code="real", domain=own_domain)
    for path in ("/real", "/unreal", "/real", "/unreal"):
        get(server.port, path, host=OWN)
    producer = KeptMessages()
    shipper = Shipper(server.redirector.spool.directory, producer)

    while shipper.step():
        pass

    shipper.close()
    assert sorted((payload.get("kind", "click"), payload["sequence"]) for payload in producer.payloads) == [
        ("click", 1),
        ("click", 2),
        ("unknown_code", 1),
        ("unknown_code", 2),
    ]
    assert len(set(producer.ids)) == 4


@pytest.fixture
def tight(settings: Any) -> None:
    settings.ORPHANS_PER_CLIENT, settings.ORPHANS_PER_DOMAIN = 3, 5
    settings.TRUSTED_PROXIES = ["127.0.0.1"]


def test_a_scan_does_not_fill_the_disk(tight: None, own_domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    # All within one minute, whenever the test runs.
    monkeypatch.setattr("apps.redirects.orphans._MINUTE_NS", 1 << 62)
    with threaded() as server:
        for client in ("203.0.113.1", "203.0.113.2"):
            for number in range(5):
                get(server.port, f"/scan{number}", host=OWN, headers=f"X-Forwarded-For: {client}\r\n")
        kept = [(orphan["address"], orphan["code"]) for orphan in orphans(server)]
        redirector = server.redirector

    assert [address for address, _ in kept] == ["203.0.113.1"] * 3 + ["203.0.113.2"] * 2
    assert (redirector.orphans.spool.sequence, redirector.orphans.passed_over, redirector.spool.sequence) == (5, 5, 0)


def test_the_next_minute_is_kept_again(tight: None, own_domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.redirects.orphans._MINUTE_NS", 1)
    with threaded() as server:
        for number in range(8):
            get(server.port, f"/scan{number}", host=OWN)
        assert len(orphans(server)) == 8
