"""What visitors see in a real browser when they are not sent on, or not yet."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from apps.accounts.models import User
from apps.accounts.policy import BackOffice
from apps.links import moderation, services
from apps.links.changes import LinkOptions
from apps.links.models import Domain, Link
from tests.redirects.serving import HOST, Threaded, threaded
from tests.web.pages import Complaints

pytestmark = pytest.mark.browser

MakeLink = Callable[..., Link]
OpenWindow = Callable[..., BrowserContext]
SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
# For eyes: what the pages looked like in this run.
SHOTS = Path(__file__).resolve().parents[3] / "build" / "screenshots"
LONG = "https://xn--mnchen-3ya.example/" + "a-long-path/" * 40 + "?next=" + "x" * 200


@pytest.fixture
def browse(chromium: Browser, server: Threaded) -> Iterator[OpenWindow]:
    """Opens a window that reaches the redirector under the name of its domain, as if it were a proxy."""
    opened: list[BrowserContext] = []

    def open_window(*, port: int = 0, **options: Any) -> BrowserContext:
        proxy: Any = {"server": f"http://127.0.0.1:{port or server.port}"}
        context = chromium.new_context(**{"base_url": f"http://{HOST}", "locale": "en-GB", "proxy": proxy} | options)
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def moderator(owner: User) -> BackOffice:
    return BackOffice(User.objects.create_superuser("moderator@example.com", "correct horse"))


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=SHOTS / f"visitor-{name}.png", full_page=True, caret="initial")


def links_of_all_kinds(make_link: MakeLink, owner: User) -> None:
    now = datetime.now(UTC)
    moderator = BackOffice(User.objects.create_superuser("moderator@example.com", "correct horse"))
    make_link(code="plain", title="Spring offers \u05e9\u05dc\u05d5\u05dd")
    make_link(LONG, code="long", title="W" * 200, options=LinkOptions(max_clicks=1))
    make_link("http://user.example:8080/x", code="open-to-all")
    make_link(code="locked", options=LinkOptions(password="open sesame"))
    make_link(code="a" * 64, options=LinkOptions(password="open sesame"))
    moderation.flag_link(actor=moderator, link=make_link(LONG, code="flagged"), reason="phishing for bank log-ins", now=now)
    moderation.ban_link(actor=moderator, link=make_link(code="banned"), reason="phishing", now=now)
    services.set_link_active(actor=owner, link=make_link(code="disabled"), is_active=False, now=now)
    services.delete_link(actor=owner, link=make_link(code="deleted"), now=now)
    make_link(code="expired", now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    make_link(code="scheduled", valid_from=now + timedelta(days=3))
    used = make_link(code="used-up", options=LinkOptions(max_clicks=1))
    Link.objects.filter(pk=used.pk).update(redirects_used=1)


PAGES = """
    locked locked+ flagged flagged+ plain+ long+ open-to-all+ not/a/link.html unknown unknown/extra unknown+ banned disabled
    deleted expired scheduled used-up
""".split()  # noqa: SIM905 - one code after the other is easier to read
ARRANGEMENTS = [("wide", "light", "en-GB"), ("wide", "dark", "de-DE"), ("phone", "dark", "en-GB"), ("phone", "light", "de-DE")]


@pytest.mark.parametrize(("size", "scheme", "locale"), ARRANGEMENTS)
def test_pages_fit_and_complain_of_nothing(
    browse: OpenWindow, make_link: MakeLink, owner: User, size: str, scheme: str, locale: str
) -> None:
    links_of_all_kinds(make_link, owner)
    context = browse(viewport=SIZES[size], color_scheme=scheme, locale=locale)
    complaints, page = Complaints(context), context.new_page()

    for path in [*PAGES, "a" * 64]:
        page.goto(f"/{path}")
        complaints.measure(page)
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        shoot(page, f"{path[:16].replace('/', '-')}-{size}-{scheme}")
    page.goto("/locked")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    shoot(page, f"wrong-{size}-{scheme}")

    # The site of this test has no https, so that this header is in vain.
    assert [line for line in complaints if "Cross-Origin-Opener-Policy" not in line] == []


def test_a_visitor_with_the_password_comes_to_what_was_asked_for(browse: OpenWindow, make_link: MakeLink) -> None:
    options = LinkOptions(password="open sesame", forward_path=True, forward_query=True)
    make_link("https://inside.example/room?a=1#top", code="locked", options=options)
    page = browse().new_page()
    page.route("https://inside.example/**", lambda route: route.fulfill(body="inside"))

    page.goto("/locked/extra/b%20c?x=1")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("open")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This is not the password")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("open sesame")
    page.get_by_role("button", name="Open the link").click()

    page.wait_for_url("https://inside.example/room/extra/b%20c?a=1&x=1#top")


def test_a_visitor_who_knows_better_passes_the_warning(browse: OpenWindow, make_link: MakeLink, moderator: BackOffice) -> None:
    options = LinkOptions(forward_path=True, forward_query=True)
    link = make_link("https://odd.example/room", code="odd", options=options)
    moderation.flag_link(actor=moderator, link=link, reason="phishing", now=datetime.now(UTC))
    page = browse(locale="de-DE").new_page()
    page.route("https://odd.example/**", lambda route: route.fulfill(body="there"))

    page.goto("/odd/extra?x=1")
    expect(page.locator("main")).to_contain_text("Verdacht auf Phishing")
    page.get_by_role("button", name="Trotzdem weiter").click()

    page.wait_for_url("https://odd.example/room/extra?x=1")


def test_who_tries_too_often_is_told_to_wait(browse: OpenWindow, make_link: MakeLink, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "password": "1/600"}
    make_link(code="locked", options=LinkOptions(password="open sesame"))
    page = browse(viewport=SIZES["phone"]).new_page()
    page.goto("/locked")

    for _try in range(2):
        page.keyboard.type("guess")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()

    expect(page.get_by_role("alert")).to_contain_text("Wait a few minutes")
    shoot(page, "too-many-tries")


def test_a_link_that_cannot_be_looked_up_can_be_tried_again(domain: Domain, browse: OpenWindow, make_link: MakeLink, settings: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Redirectors keep the address that they were built with.
        patch.setitem(settings.DATABASES["default"], "HOST", "127.0.0.1")
        patch.setitem(settings.DATABASES["default"], "PORT", "9")
        cut_off = Threaded()
    try:
        page = browse(port=cut_off.port).new_page()
        answer = page.goto("/later?x=1")
        assert answer is not None
        assert answer.status == 503
        shoot(page, "unavailable")
        page.get_by_role("link", name="Try again").click()
        expect(page).to_have_url(f"http://{HOST}/later?x=1")
    finally:
        cut_off.stop()


def test_who_asks_too_much_is_told_so(settings: Any, domain: Domain, browse: OpenWindow) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "redirect": "1/600"}
    with threaded() as limited:
        page = browse(port=limited.port, viewport=SIZES["phone"], locale="de-DE").new_page()
        page.goto("/unknown")
        answer = page.goto("/unknown")

        assert answer is not None
        assert answer.status == 429
        expect(page.get_by_role("heading")).to_have_text("Zu viele Anfragen")
        shoot(page, "refused")
