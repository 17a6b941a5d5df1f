"""A newcomer's first five minutes on the running product, in a real browser."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.product import ROOT, Product, running_product

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Build output: what the pages looked like in this run.
SCREENSHOTS = Path(os.environ.get("SCREENSHOT_DIR", ROOT / "var" / "screenshots"))
DESTINATION = "https://docs.djangoproject.com/en/5.2/topics/http/urls/#example"
CLICK_VISIBLE_SECONDS = 3
# A person's browser: headless Chromium names itself, and is rightly counted among the bots.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.product,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("a product") / "var") as product:
        yield product


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Console errors and warnings of the pages, CSP violations among them."""
    return []


@pytest.fixture
def page(browser: Browser, product: Product, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en-GB", user_agent=USER_AGENT)
    page = context.new_page()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    context.close()


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    # Hiding the caret would add an inline style, which the pages' policy rightly refuses.
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, caret="initial")


def test_a_newcomer_signs_up_shortens_follows_and_sees_the_click(page: Page, product: Product, complaints: list[str]) -> None:
    page.goto("/")
    photograph(page, "1-home")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("E-mail").fill("newcomer@example.com")
    page.get_by_label("Password").fill("Correct horse battery 4")
    photograph(page, "2-sign-up")
    page.get_by_role("button", name="Sign up").click()

    expect(page).to_have_url("/dashboard/", timeout=30_000)
    page.get_by_label("Destination URL").fill(DESTINATION)
    photograph(page, "3-dashboard")
    page.get_by_role("button", name="Create link").click()
    short_link = page.get_by_role("link", name=f"localhost:{product.port}/").first
    expect(short_link).to_be_visible()
    photograph(page, "4-created")

    code = (short_link.inner_text()).rsplit("/", 1)[1].strip()
    page.goto(f"/links/localhost:{product.port}/{code}/")
    expect(page.locator("[data-total=clicks]")).to_have_text("0")

    answer = page.context.request.get(f"/{code}", max_redirects=0)
    followed = time.monotonic()
    assert answer.status == 302
    assert answer.headers["location"] == DESTINATION
    expect(page.locator("[data-total=clicks]")).to_have_text("1", timeout=10_000)
    seen = time.monotonic() - followed
    photograph(page, "5-link")

    assert seen <= CLICK_VISIBLE_SECONDS
    assert complaints == []
