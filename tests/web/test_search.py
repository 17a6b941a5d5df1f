"""Searching in a real browser: as it is typed, by keyboard, and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.links.models import Link
from apps.links.search.postgresql.writing import write
from tests.analytics.conftest import empty_tables
from tests.web.conftest import OpenBrowser
from tests.web.links import RIGHT_TO_LEFT, new_link, verified_user
from tests.web.pages import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

LIST = "/links/"


@pytest.fixture(autouse=True)
def no_clicks(transactional_db: None) -> Iterator[None]:
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def ann(transactional_db: None) -> User:
    user = verified_user("ann")
    new_link(user, code="spring-1", title="Spring sale <b>now</b>", tags=["spring", "shop"], description="Printed on the spring leaflet")
    new_link(user, code="long001", destination_url="https://shop.example/spring/" + "a-long-path/" * 100, tags=["shop"])
    new_link(user, code="odd0001", title=f"{RIGHT_TO_LEFT} spring")
    new_link(user, code="winter1", title="Winter")
    write(Link.objects.values_list("pk", flat=True))
    return user


@pytest.fixture
def window(ann: User, browse: OpenBrowser) -> Page:
    page = browse(ann).new_page()
    page.goto(LIST)
    return page


def test_links_are_found_while_one_types_and_the_address_keeps_the_search(window: Page) -> None:
    box = window.get_by_label("Search links")
    box.press_sequentially("sprnig", delay=20)

    expect(window.locator("#links mark").first).to_have_text(re.compile("spring", re.IGNORECASE))
    expect(window.locator(".link-row")).to_have_count(3)
    expect(window.locator("#found-number")).to_have_text("3 links")
    expect(box).to_be_focused()
    expect(window).to_have_url(re.compile("search=sprnig"))
    window.reload()
    expect(window.locator(".link-row")).to_have_count(3)


def test_a_search_is_driven_by_keys_alone(window: Page) -> None:
    window.keyboard.press("/")
    window.keyboard.type("spring")
    expect(window.locator("#found-number")).to_have_text("3 links")

    window.keyboard.press("ArrowDown")
    expect(window.locator(".link-row .link-short").first).to_be_focused()
    window.keyboard.press("ArrowDown")
    expect(window.locator(".link-row .link-short").nth(1)).to_be_focused()
    window.keyboard.press("ArrowUp")
    window.keyboard.press("ArrowUp")
    expect(window.get_by_label("Search links")).to_be_focused()
    window.keyboard.press("Escape")
    expect(window.locator(".link-row")).to_have_count(4)
    window.keyboard.press("/")
    window.keyboard.type("winter")
    expect(window.locator("#found-number")).to_have_text("1 link")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    expect(window).to_have_url(re.compile("/winter1/"))


def test_what_was_found_is_narrowed_by_a_chip_and_widened_again(window: Page) -> None:
    window.goto(f"{LIST}?search=spring")
    window.get_by_role("navigation", name="Tags").get_by_role("link", name="shop").click()
    expect(window.locator(".link-row")).to_have_count(2)

    window.get_by_role("navigation", name="Tags").get_by_role("link", name="shop").click()
    expect(window.locator(".link-row")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_searches_complain_of_nothing_on_a_phone(scheme: str, ann: User, browse: OpenBrowser) -> None:
    context = browse(ann, viewport={"width": 320, "height": 700}, color_scheme=scheme)
    complaints, window = Complaints(context), context.new_page()
    for query in ("spring", "nothing", "spring&tag=shop", "leaflet"):
        window.goto(f"{LIST}?search={query}")
        complaints.measure(window)

    assert complaints == []
