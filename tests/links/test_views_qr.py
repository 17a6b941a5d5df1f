"""The QR code of a link, for those who may see the link."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links.models import Link
from tests.cast import LogIn
from tests.links.pages import fragment, page_of, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


def test_the_page_shows_it_and_offers_both_kinds(browser: Client, link: Link) -> None:
    page = text_of(browser.get(page_of(link, "links:qr"), {"dark": "#123456", "size": "512"}))

    for kind in ("svg", "png"):
        address = f"{page_of(link, 'links:qr')[:-1]}.{kind}?size=512&dark=123456&light=ffffff&error=m"
        assert address.replace("&", "&amp;") in page
        picture = browser.get(address)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, {"svg": "image/svg+xml", "png": "image/png"}[kind])
    assert "<html" not in text_of(browser.get(page_of(link, "links:qr"), headers=fragment("qr-dialog")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("size", "9"), ("size", "99999"), ("size", "x"), ("dark", "red"), ("light", "#000001"), ("error", "z"), ("dark", '"><script>')],
)
def test_what_cannot_be_is_said_and_not_drawn(browser: Client, link: Link, field: str, value: str) -> None:
    page = browser.get(page_of(link, "links:qr"), {field: value})

    assert "field-error" in text_of(page)
    assert "<img" not in text_of(page)
    assert "<script>" not in text_of(page).partition('id="qr"')[2]
    assert browser.get(page_of(link, "links:qr")[:-1] + ".svg", {field: value}).status_code == 422


@pytest.mark.parametrize("ending", ["/", ".svg"])
def test_who_asks_for_the_head_alone_gets_it(browser: Client, link: Link, ending: str) -> None:
    answer = browser.head(page_of(link, "links:qr")[:-1] + ending)

    assert (answer.status_code, answer.content) == (200, b"")


def test_there_is_no_other_kind(browser: Client, link: Link) -> None:
    assert browser.get(page_of(link, "links:qr")[:-1] + ".gif").status_code == 404


@pytest.mark.parametrize("ending", ["/", ".svg"])
def test_strangers_do_not_see_it(logged_in: LogIn, stranger: User, client: Client, link: Link, ending: str) -> None:
    address = page_of(link, "links:qr")[:-1] + ending

    assert logged_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302
