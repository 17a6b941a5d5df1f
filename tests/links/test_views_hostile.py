"""Whatever is typed into a field is kept as it is, or refused with a reason: never a failure of ours."""

from html import escape

import pytest
from django.test import Client

from apps.links.models import Link
from tests.links.pages import CHECK_CODE, CREATE, LIST, fragment, page_of, text_of
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db
OWN_TEXTS = [
    "\0",
    "a\r\nSet-Cookie: x=1",
    "\u202egnp.exe",
    "%00%0d%0a",
    "{{ 7|add:7 }}{% debug %}",
    "'; DROP TABLE links_link; --",
    '"><svg onload=alert(1)>',
    "\u200b",
    "  ",
    "🏳️‍🌈" * 40,
]


@pytest.fixture(params=["our own", "naughty strings"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    # The services are asked with all of them.
    return OWN_TEXTS if request.param == "our own" else shared_json("naughty-strings/blns.json")[::3]


def test_any_text_as_title_and_tag_is_kept_or_refused(browser: Client, texts: list[str]) -> None:
    for text in texts:
        answer = browser.post(CREATE, {"destination_url": "https://example.com/", "title": text, "tags": text})
        assert answer.status_code in {302, 422}, text

    assert Link.objects.exists()
    for number in range(1, Link.objects.count() // 20 + 2):
        page = text_of(browser.get(LIST, {"page": number}))
        assert "<svg onload" not in page
        assert "<script>alert" not in page


def test_any_text_in_any_other_field_is_judged(browser: Client, texts: list[str]) -> None:
    for text in texts:
        names = ("destination_url", "code", "valid_from", "expires_at")
        answer = browser.post(CREATE, dict.fromkeys(names, text), headers=fragment("create"))
        assert answer.status_code == 422, text
        assert browser.get(CHECK_CODE, {"code": text}).status_code == 200, text


def test_any_text_can_be_searched_for(browser: Client, texts: list[str]) -> None:
    for text in texts:
        answer = browser.get(LIST, {"search": text, "tag": text, "state": text, "sort": text, "page": text}, headers=fragment("links"))
        assert answer.status_code == 200, text


def test_any_text_in_place_of_the_code_leaves_the_link_there(browser: Client, texts: list[str]) -> None:
    browser.post(CREATE, {"destination_url": "https://example.com/", "code": "stays"})
    link = Link.objects.get()

    for text in texts:
        answer = browser.post(page_of(link, "links:delete"), {"code": text})
        assert answer.status_code == 422, text
    assert Link.objects.get().deleted_at is None


@pytest.mark.parametrize("name", ["open-redirect", "crlf"])
def test_payloads_as_destination_are_stored_as_web_addresses_or_refused(browser: Client, name: str) -> None:
    for text in shared_json(f"redirect-payloads/{name}.json"):
        assert browser.post(CREATE, {"destination_url": text}).status_code in {302, 422}, text

    for link in Link.objects.all():
        assert link.destination_url.startswith(("http://", "https://"))
        assert not set("\r\n\t\0") & set(link.destination_url)


def test_a_destination_stands_in_the_pages_as_it_is_stored(browser: Client) -> None:
    destination = """https://example.com/?a='"><script>&b=<!--"""
    browser.post(CREATE, {"destination_url": destination})
    link = Link.objects.get()

    for address in (page_of(link, "links:edit"), LIST):
        page = text_of(browser.get(address))
        assert escape(link.destination_url) in page
        assert "<script>&" not in page
