"""Agreeing to texts, taking one's data away and leaving, in a real browser."""

import zipfile
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import ConsentText, User
from apps.accounts.privacy import consent
from tests.analytics.conftest import empty_tables
from tests.cast import PASSWORD, make_user
from tests.web.conftest import OpenBrowser
from tests.web.links import verified_user
from tests.web.pages import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

PHONE = {"width": 360, "height": 780}


@pytest.fixture(autouse=True)
def no_clicks(transactional_db: None) -> Iterator[None]:
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def terms(transactional_db: None) -> ConsentText:
    return consent.publish(text=ConsentText(kind="terms", text="Be kind. " * 200 + "x" * 400))


def confirm(page: Page, button: str = "Go on") -> None:
    """Type the password once more."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()


def test_pages_about_texts_fit_a_phone(terms: ConsentText, browse: OpenBrowser) -> None:
    somebody, anybody = browse(verified_user("ann"), viewport=PHONE), browse(viewport=PHONE)
    for context, path in ((anybody, reverse("account_signup")), (anybody, reverse("legal", args=["terms"])), (somebody, "/links/")):
        complaints = Complaints(context)
        complaints.look(context.new_page(), path)
        assert complaints == []


def test_a_new_text_is_agreed_to_once(terms: ConsentText, browse: OpenBrowser) -> None:
    page = browse(verified_user("ann")).new_page()
    page.goto("/links/?sort=created_at")

    page.get_by_label("Terms of use").check()
    page.get_by_role("button", name="Agree and go on").click()

    expect(page).to_have_url("/links/?sort=created_at")


def test_data_comes_as_one_file(browse: OpenBrowser) -> None:
    page = browse(make_user("ann")).new_page()
    page.goto(reverse("privacy:index"))
    page.get_by_role("button", name="Download your data").click()

    with page.expect_download() as download:
        confirm(page)

    assert "profile.json" in zipfile.ZipFile(download.value.path()).namelist()


def test_an_account_is_shut_and_opened_again(browse: OpenBrowser) -> None:
    ann = make_user("ann")
    page = browse(ann).new_page()
    page.goto(reverse("privacy:delete"))
    confirm(page)
    page.get_by_label("Type your e-mail address").fill(ann.email)
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_text("Your account is shut.")).to_be_visible()

    page.get_by_label("E-mail").fill(ann.email)
    confirm(page, button="Log in")
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_text("Your account is open again.")).to_be_visible()

    assert User.objects.get(pk=ann.pk).is_active
