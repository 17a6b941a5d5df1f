"""All that a person sets on a link, set in a real browser and found again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from apps.accounts.models import User
from apps.links.models import Link
from apps.links.rules import RuleSpec, rules_of
from tests.links.test_qr import png, read
from tests.web.conftest import OpenBrowser
from tests.web.links import new_link, page_of, verified_user
from tests.web.pages import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

PHONE = {"width": 360, "height": 780}
WIDE = {"width": 1280, "height": 900}
OUR_MARK = FilePayload(name="our mark.png", mimeType="image/png", buffer=png())
# For eyes: what the pages looked like in this run.
SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


@pytest.fixture
def ann(transactional_db: None) -> User:
    return verified_user("ann")


def shoot(page: Page, name: str) -> None:
    """Keep the page as it looks on a wide screen and on a phone, in light and in dark."""
    for size, viewport in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            # Colours change at once, not on their way while the picture is taken.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # Hiding the caret would take an inline style, which the policy refuses once htmx copies it.
            page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png", full_page=True, caret="initial")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def test_a_person_sets_rules_split_and_password_and_finds_them_kept(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann, destination_url="https://example.com/offers")
    context = browse(ann, viewport=WIDE)
    complaints, page = Complaints(context), context.new_page()
    page.goto(page_of(link, "links:edit"))

    page.get_by_role("heading", name="Who may follow").click()
    page.get_by_label("Password", exact=True).fill("open sesame")
    page.get_by_label("Max clicks").fill("100")
    page.get_by_role("heading", name="Where to").click()
    page.get_by_role("button", name="Add rule").click()
    expect(page.get_by_text("Add condition")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Country").click()
    expect(page.get_by_label("Holds when it")).to_be_focused()
    page.get_by_label("Names or codes").fill("Germany, AT")
    page.get_by_text("Add condition").click()
    page.get_by_role("button", name="Device").click()
    page.get_by_label("Phone").check()
    page.get_by_label("Goes to").fill("https://example.org/app")
    page.get_by_role("button", name="Split visitors").click()
    second = page.get_by_role("textbox", name="Destination 2")
    expect(second).to_be_focused()
    second.fill("https://example.com/b")
    expect(page.get_by_role("textbox", name="Destination 1")).to_have_value("https://example.com/offers")
    expect(page.get_by_label("Password", exact=True)).to_have_value("open sesame")
    page.get_by_role("spinbutton", name="Weight").first.fill("150")
    second.focus()
    expect(page.locator(".rule-says").last).to_contain_text("All other visitors → example.com/offers 75 %, example.com/b 25 %")
    expect(second).to_be_focused()
    shoot(page, "edit-rules")
    page.keyboard.press("Enter")

    expect(page).to_have_url(page_of(link))
    link.refresh_from_db()
    conditions = [{"kind": "country", "values": ["DE", "AT"]}, {"kind": "device", "values": ["mobile"]}]
    assert rules_of(link) == [
        RuleSpec(0, conditions, "https://example.org/app"),
        RuleSpec(1, [], "https://example.com/offers", 150),
        RuleSpec(1, [], "https://example.com/b", 50),
    ]
    assert (bool(link.password_hash), link.max_clicks) == (True, 100)
    shoot(page, "link")
    page.goto(page_of(link, "links:edit"))
    shoot(page, "edit-folded")
    expect(page.locator("#section-who")).to_contain_text("Password: set · Max clicks: 100, 0 used")
    page.get_by_role("heading", name="Where to").click()
    expect(page.locator(".rule-says").first).to_contain_text("Visitors from Germany or Austria, with a phone → example.org/app")
    assert complaints == []


def test_focus_goes_with_a_rule_that_is_moved_by_keyboard(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann)
    page = browse(ann).new_page()
    page.goto(page_of(link, "links:edit"))
    page.get_by_role("heading", name="Where to").click()
    for number in range(3):
        page.get_by_role("button", name="Add rule").click()
        page.get_by_label("Goes to").nth(number).fill(f"https://example.org/{number}")

    page.get_by_role("button", name="Move rule 3 up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move rule 2 up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move rule 1 down")).to_be_focused()
    expect(page.get_by_label("Goes to").first).to_have_value("https://example.org/2")
    page.get_by_role("button", name="Remove rule 1").click()
    expect(page.get_by_role("button", name="Remove rule 1")).to_be_focused()
    expect(page.get_by_label("Goes to")).to_have_count(2)


def test_rules_are_set_without_scripts_on_a_phone(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann)
    page = browse(ann, java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(page_of(link, "links:edit"))
    page.get_by_label("Title").fill("By hand")
    page.get_by_role("heading", name="Where to").click()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_text("Add condition").click()
    page.get_by_role("button", name="Operating system").click()
    page.get_by_label("iOS").check()
    page.get_by_label("Goes to").fill("https://example.org/app")
    page.get_by_role("button", name="Save changes").last.click()

    expect(page).to_have_url(page_of(link))
    assert Link.objects.get().title == "By hand"
    assert rules_of(link) == [RuleSpec(0, [{"kind": "os", "values": ["iOS"]}], "https://example.org/app")]


def test_what_is_wrong_is_seen_at_once(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann)
    page = browse(ann, viewport=WIDE).new_page()
    page.goto(page_of(link, "links:edit"))
    page.get_by_role("heading", name="Where to").click()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_text("Add condition").click()
    page.get_by_role("button", name="Country").click()
    page.get_by_label("Names or codes").fill("Atlantis")
    page.keyboard.press("Enter")

    expect(page.get_by_text(re.compile("“Atlantis” is not a country"))).to_be_visible()
    expect(page.get_by_label("Names or codes")).to_have_value("Atlantis")
    expect(page.get_by_label("Holds when it")).to_be_focused()
    shoot(page, "edit-wrong")


def test_a_qr_code_is_shown_in_a_dialog_and_taken_away_in_colour(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann)
    context = browse(ann, viewport=WIDE, accept_downloads=True)
    complaints, page = Complaints(context), context.new_page()
    page.goto(page_of(link))
    page.get_by_role("link", name="QR code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img")).to_be_visible()
    assert page.evaluate("document.querySelector('#qr img').decode().then(() => true)")
    page.get_by_label("Dark colour").fill("#0000aa")
    expect(dialog.get_by_role("img")).to_have_attribute("src", re.compile("dark=0000aa"))
    page.get_by_label("Another logo").set_input_files(OUR_MARK)
    expect(page.get_by_label("Logo", exact=True).locator("option:checked")).to_have_text("our mark")
    expect(dialog.get_by_role("img")).to_have_attribute("src", re.compile(r"dark=0000aa.*logo=\d+"))
    assert page.evaluate("document.querySelector('#qr img').decode().then(() => true)")
    shoot(page, "qr")
    page.get_by_label("Another logo").set_input_files(FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=b"%PDF"))
    expect(page.locator("#id_upload_error")).to_contain_text("no picture")
    expect(dialog.get_by_role("img")).to_be_visible()
    shoot(page, "qr-wrong")
    page.get_by_label("Logo", exact=True).select_option("None")
    expect(dialog.get_by_role("img")).not_to_have_attribute("src", re.compile("logo="))

    with page.expect_download() as download:
        page.get_by_role("link", name="Download PNG").click()
    assert download.value.suggested_filename == f"{link.code}.png"
    page.get_by_label("Light colour").fill("#0000ab")
    expect(page.get_by_text("too alike")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(page_of(link))
    # Chromium speaks of the two refusals, too.
    assert [line for line in complaints if "status of 422" not in line] == []


def test_a_link_gets_another_code_and_its_page_shows_the_old_one(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann, code="spring", title="Spring offers", tags=["news"])
    new_link(ann, code="taken1")
    context = browse(ann, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
    complaints, page = Complaints(context), context.new_page()
    page.goto(page_of(link, "links:edit"))
    code = page.get_by_label("Code", exact=True)
    code.fill("taken1")
    expect(page.locator("#code-check")).to_contain_text("taken")
    page.get_by_role("button", name="Save changes").last.click()
    expect(page.locator("#id_code_error")).to_be_visible()
    expect(code).to_be_focused()
    shoot(page, "edit-code")
    code.fill("summer")
    expect(page.locator("#code-check")).to_contain_text("summer is free")
    expect(page.locator(".preview")).to_contain_text("/summer")
    page.keyboard.press("Enter")

    expect(page).to_have_url(page_of(link).replace("spring", "summer"))
    page.get_by_text("1 old code leads here, too").click()
    shoot(page, "link-renamed")
    old = page.locator("#aliases [data-copy]")
    old.click()
    expect(old).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/spring")
    assert complaints == []


def test_a_qr_code_with_a_logo_is_made_without_scripts(ann: User, browse: OpenBrowser) -> None:
    link = new_link(ann)
    page = browse(ann, java_script_enabled=False, viewport=PHONE, accept_downloads=True).new_page()
    page.goto(page_of(link, "links:qr"))
    page.get_by_label("Margin").fill("2")
    page.get_by_label("Another logo").set_input_files(OUR_MARK)
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(r"margin=2.*logo=\d+$"))
    expect(page.get_by_label("Light colour")).to_have_value("#ffffff")
    page.wait_for_load_state()
    page.screenshot(path=SHOTS / "qr-page-phone-light.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PNG").click()
    assert len(read(download.value.path().read_bytes())) == 1
