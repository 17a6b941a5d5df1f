"""What pages do in a real browser: on a phone, by keyboard, live, and without scripts."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.links.models import Link
from apps.links.search.postgresql.writing import write
from tests.analytics.conftest import empty_tables
from tests.web.conftest import OpenBrowser
from tests.web.links import click, links_of_all_kinds, new_link, page_of, verified_user
from tests.web.pages import Complaints, back_office_pages, member_pages, public_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

PHONE = {"width": 360, "height": 780}
DASHBOARD = "/dashboard/"


@pytest.fixture(autouse=True)
def no_clicks(transactional_db: None) -> Iterator[None]:
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def ann(transactional_db: None) -> User:
    return verified_user("ann")


@pytest.fixture
def page(ann: User, browse: OpenBrowser) -> Page:
    """Ann's window."""
    return browse(ann, permissions=["clipboard-read", "clipboard-write"]).new_page()


def test_a_page_that_breaks_the_rules_is_heard(browse: OpenBrowser) -> None:
    context = browse(viewport=PHONE)
    complaints, window = Complaints(context), context.new_page()
    window.goto("/")
    window.evaluate("document.body.setAttribute('style', 'color: red')")
    window.evaluate("document.querySelector('main').style.width = '999px'")
    window.evaluate("document.querySelector('main').style.maxWidth = 'none'")
    complaints.measure(window)

    assert len(complaints) == 2
    assert "Content Security Policy" in complaints[0]
    assert "px wide in 360 px" in complaints[1]


def test_no_page_scrolls_sideways_on_a_phone_or_complains(ann: User, browse: OpenBrowser) -> None:
    links = links_of_all_kinds(ann)
    click(links["plain"], times=3)
    anybody, member = browse(viewport=PHONE), browse(ann, viewport=PHONE)
    for context, paths in ((anybody, public_pages()), (member, member_pages(links))):
        complaints, window = Complaints(context), context.new_page()
        for path in paths:
            complaints.look(window, path)
        assert complaints == []


def test_the_back_office_fits_a_phone_and_the_policy_of_the_site(ann: User, browse: OpenBrowser) -> None:
    click(links_of_all_kinds(ann)["plain"], times=3)
    Group.objects.get_or_create(name="moderator")
    boss = verified_user("boss", is_staff=True, is_superuser=True)
    context = browse(boss, viewport=PHONE)
    complaints, window = Complaints(context), context.new_page()

    for path in back_office_pages(boss):
        complaints.look(window, path)

    assert complaints == []


def test_the_keyboard_reaches_content_search_and_menus(page: Page, ann: User) -> None:
    new_link(ann)
    page.goto("/links/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_label("More for").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Disable")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Disable")).to_be_hidden()
    expect(page.get_by_label("More for")).to_be_focused()


def test_a_menu_on_a_phone_opens_inside_the_page(ann: User, browse: OpenBrowser) -> None:
    new_link(ann)
    window = browse(ann, viewport=PHONE).new_page()
    window.goto("/links/")
    for summary in (window.locator(".account > summary"), window.get_by_label("More for")):
        summary.click()
        box = window.locator(".menu[open] > .menu-list").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_a_menu_without_room_below_opens_upwards(ann: User, browse: OpenBrowser) -> None:
    for _ in range(8):
        new_link(ann)
    window = browse(ann, viewport=PHONE).new_page()
    window.goto("/links/")
    bar = window.locator(".rail nav").bounding_box()
    assert bar is not None

    # The last row of which the menu's button is in sight.
    buttons = [button for button in window.get_by_label("More for").all() if (button.bounding_box() or {"y": 1e9})["y"] < bar["y"] - 50]
    buttons[-1].click()
    window.locator(".menu.menu-up").wait_for()

    box = window.locator(".menu[open] > .menu-list").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= bar["y"]


def test_a_toast_leaves_the_bar_at_the_bottom_free(ann: User, browse: OpenBrowser) -> None:
    window = browse(ann, viewport=PHONE).new_page()
    window.goto("/links/new/")
    window.get_by_label("Destination URL").fill("https://example.org/")
    window.get_by_role("button", name="Create link").click()

    # A second one tells that the link has been copied, sooner or later.
    shown = window.locator(".toast").last
    expect(shown).to_be_visible()
    # It rises for a moment.
    shown.evaluate("toast => Promise.all(toast.getAnimations().map((rise) => rise.finished)).then(() => null)")
    toast, bar = shown.bounding_box(), window.locator(".rail nav").bounding_box()
    assert toast is not None
    assert bar is not None
    assert toast["y"] + toast["height"] <= bar["y"]


def test_enter_creates_a_link_and_marks_its_row_without_a_reload(page: Page) -> None:
    page.goto(DASHBOARD)
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Destination URL").fill("https://example.org/fresh")
    page.keyboard.press("Enter")

    row = page.locator(".link-row.is-new")
    expect(row).to_contain_text("example.org/fresh")
    expect(page.get_by_label("Destination URL")).to_have_value("")
    expect(page.get_by_label("Destination URL")).to_be_focused()
    assert page.evaluate("window.sameDocument")
    code = Link.objects.get().code
    expect(page.locator(".toast")).to_contain_text(code)
    assert page.evaluate("navigator.clipboard.readText()").endswith(code)


def test_what_is_wrong_is_said_at_its_field_without_a_reload(page: Page) -> None:
    page.goto(DASHBOARD)
    page.get_by_label("Destination URL").fill("javascript:alert(1)")
    page.keyboard.press("Enter")

    expect(page.locator("#id_destination_url_error")).to_be_visible()
    expect(page.get_by_label("Destination URL")).to_have_value("javascript:alert(1)")


def test_a_code_is_said_to_be_taken_or_free_while_it_is_typed(page: Page, ann: User) -> None:
    new_link(ann, code="mine01")
    page.goto(DASHBOARD)
    code = page.get_by_label("Custom code")

    code.press_sequentially("mine0")
    expect(page.locator("#code-check")).to_contain_text("mine0 is free")
    code.press_sequentially("1")
    expect(page.locator("#code-check")).to_contain_text("taken")
    expect(page.locator(".preview")).to_contain_text("/mine01")


def test_the_copy_button_copies_and_says_so(page: Page, ann: User) -> None:
    link = new_link(ann)
    page.goto(page_of(link))
    button = page.locator("[data-copy]")
    button.click()

    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/{link.code}")


def test_numbers_follow_a_click_without_a_reload(page: Page, ann: User) -> None:
    link = new_link(ann)
    page.goto(page_of(link))
    expect(page.locator("[data-total=clicks]")).to_have_text("0")
    page.evaluate("window.sameDocument = true")
    page.get_by_text("Show as table").click()

    click(link, times=2)

    expect(page.locator("[data-total=clicks]")).to_have_text("2")
    assert page.evaluate("window.sameDocument")
    expect(page.locator("#course-table")).to_have_attribute("open", "")


def test_a_key_chooses_a_range_in_place_and_back_returns(page: Page, ann: User) -> None:
    link = new_link(ann)
    page.goto(page_of(link))
    page.keyboard.press("1")

    expect(page.get_by_role("heading", name="Last 24 hours")).to_be_visible()
    expect(page).to_have_url(page_of(link) + "?range=24h")
    page.go_back()
    expect(page.get_by_role("heading", name="Last 7 days")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(link.code)


def test_links_are_managed_without_scripts(ann: User, browse: OpenBrowser) -> None:
    page = browse(ann, java_script_enabled=False).new_page()
    page.goto(DASHBOARD)
    page.get_by_label("Destination URL").fill("https://example.org/plain")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    link = Link.objects.get()
    expect(page).to_have_url(page_of(link) + "?new=1")

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Title").fill("By hand")
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    link.refresh_from_db()
    assert (link.title, link.is_active) == ("By hand", False)

    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type the code to confirm").fill(link.code)
    page.get_by_role("button", name="Delete link").click()
    expect(page.get_by_text("Link deleted.")).to_be_visible()
    link.refresh_from_db()
    assert link.deleted_at is not None


def test_disabling_from_the_list_leads_back_to_the_list(page: Page, ann: User) -> None:
    write([new_link(ann, title="one of many").pk])
    page.goto("/links/?search=many")
    page.get_by_label("More for").click()
    page.get_by_role("button", name="Disable").click()

    expect(page.locator(".link-row")).to_contain_text("Disabled")
    expect(page).to_have_url("/links/?search=many")
