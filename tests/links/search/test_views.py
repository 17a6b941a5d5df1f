"""The links list while something is looked for in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.links.models import Domain, Link
from apps.links.search.postgresql.writing import write
from tests.cast import LogIn
from tests.links.pages import LIST, fragment, text_of

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]


@pytest.fixture
def known(make_link: MakeLink) -> MakeLink:
    """Makes links that can be found at once."""

    def make(**fields: Any) -> Link:
        link = make_link(**fields)
        write([link.pk])
        return link

    return make


def found(browser: Client, search: str, **filters: str) -> str:
    answer = browser.get(LIST, {"search": search, **filters}, headers=fragment("links"))
    assert answer.status_code == 200
    return text_of(answer)


def test_matches_are_marked_and_markup_in_texts_is_text(known: MakeLink, browser: Client) -> None:
    known(code="abc", title="<b>Spring</b> sale", destination_url="https://shop.example/spring", tags=["spring"], description="Spring 2026")

    page = found(browser, "spring")

    assert "&lt;b&gt;<mark>Spring</mark>&lt;/b&gt; sale" in page
    assert "https://shop.example/<mark>spring</mark>" in page
    assert '<span class="chip" dir="auto"><mark>spring</mark></span>' in page
    assert "<mark>Spring</mark> 2026" in page


def test_a_typing_error_finds_what_was_meant(known: MakeLink, browser: Client) -> None:
    known(code="abc", title="Catalogue")

    assert "<mark>Catalogue</mark>" in found(browser, "cataloge")


def test_a_search_while_typing_brings_the_rows_and_tells_their_number(known: MakeLink, browser: Client) -> None:
    known(code="first", title="Spring")

    page = found(browser, "spr")

    assert "<html" not in page
    assert '<span hx-swap-oob="innerHTML:#found-number">1 link</span>' in page


def test_a_search_can_be_reloaded_and_shared(known: MakeLink, browser: Client) -> None:
    known(code="first", title="Spring")

    page = text_of(browser.get(LIST, {"search": "spr"}))

    assert 'value="spr"' in page
    assert "<mark>Spr" in page
    assert "hx-swap-oob" not in page


def test_what_was_found_is_narrowed_by_tag_domain_state_and_month(known: MakeLink, browser: Client) -> None:
    other = Domain.objects.create(hostname="other.example")
    known(code="here", title="Spring", tags=["News", "sale"])
    off = known(code="there", title="Spring", domain=other)
    Link.objects.filter(pk=off.pk).update(is_active=False, version=2, created_at="2025-03-01T12:00Z")
    write([off.pk])

    page = found(browser, "spring")
    for address in ("tag=News", "tag=sale", "domain=other.example", "state=disabled", "month=2025-03"):
        assert f'href="?search=spring&amp;{address}"' in page
        name, _, value = address.partition("=")
        narrowed = found(browser, "spring", **{name: value})
        assert narrowed.count('class="link-row') == 1, address
        assert 'href="?search=spring" dir="auto" aria-current="true"' in narrowed, address


def test_nothing_found_says_what_to_do(known: MakeLink, browser: Client) -> None:
    known(code="first", title="Spring")

    page = found(browser, "winter")

    assert "No link has all words of “winter”" in page
    assert "Try fewer words" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {"search": "\0"},
        {"search": "x" * 5_000},
        {"search": "<script>alert(1)</script>"},
        {"search": "'; --"},
        {"search": "spring", "page": "99999999"},
        {"search": "spring", "page": "-1"},
        {"search": "spring", "month": "2026-13"},
        {"search": "spring", "month": "0000-01"},
        {"search": "spring", "month": "9999-12"},
        {"search": "spring", "state": "none", "sort": "password"},
        {"search": "spring", "tag": "\0", "domain": "\ud800"},
    ],
)
def test_whatever_is_asked_is_answered(parameters: dict[str, str], known: MakeLink, browser: Client) -> None:
    known(code="first", title="Spring")

    answer = browser.get(LIST, {name: value.encode("utf-8", "replace") for name, value in parameters.items()})

    assert answer.status_code == 200
    assert "<script>alert" not in text_of(answer)


def test_pages_of_a_search_follow_each_other(known: MakeLink, browser: Client) -> None:
    for number in range(23):
        known(code=f"link{number}", title="Spring")

    first, second = found(browser, "spring"), found(browser, "spring", page="2")

    assert (first.count('class="link-row'), second.count('class="link-row')) == (20, 3)
    assert 'href="?search=spring&amp;page=2"' in first
    assert "23 links" in first


def test_strangers_find_nothing(known: MakeLink, logged_in: LogIn, stranger: User) -> None:
    known(code="mine", title="Spring")

    assert 'class="link-row' not in found(logged_in(stranger), "spring")


def test_an_answer_of_the_second_engine_is_told(known: MakeLink, browser: Client, settings: Settings) -> None:
    known(code="mine", title="Spring")
    settings.ELASTICSEARCH = {"hosts": ["http://127.0.0.1:9"]}

    page = found(browser, "spring")

    assert "the database has searched" in page
    assert 'class="link-row' in page


def test_a_search_without_an_answer_in_time_says_so(browser: Client) -> None:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE links_searchtext IN ACCESS EXCLUSIVE MODE")

            assert "The search takes too long just now" in found(browser, "spring")
        other.rollback()
    finally:
        other.close()
