"""axe finds nothing on any page, light and dark, on a phone and on a wide screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ViewportSize

from apps.accounts.models import User
from tests.analytics.conftest import empty_tables
from tests.web import axe
from tests.web.conftest import OpenBrowser
from tests.web.links import click, links_of_all_kinds, verified_user
from tests.web.pages import member_pages, public_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

PHONE: ViewportSize = {"width": 390, "height": 844}
WIDE: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(autouse=True)
def no_clicks(transactional_db: None) -> Iterator[None]:
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def ann(transactional_db: None) -> User:
    return verified_user("ann")


def test_axe_finds_nothing_on_any_page(ann: User, browse: OpenBrowser) -> None:
    links = links_of_all_kinds(ann)
    click(links["plain"], times=3)
    found = []
    for user, paths in ((None, public_pages()), (ann, member_pages(links))):
        window = browse(user).new_page()
        for path in paths:
            window.set_viewport_size(PHONE)
            window.emulate_media(color_scheme="light")
            window.goto(path)
            found += [f"{path} on a phone: {violation}" for violation in axe.violations(window)]
            window.set_viewport_size(WIDE)
            window.emulate_media(color_scheme="dark")
            found += [f"{path} wide and dark: {violation}" for violation in axe.violations(window)]

    assert found == []


def test_a_page_that_shuts_somebody_out_is_found(browse: OpenBrowser) -> None:
    window = browse().new_page()
    window.goto("/")
    window.evaluate("document.documentElement.removeAttribute('lang')")

    assert axe.violations(window) == ["html-has-lang: html"]
