"""The list of links, its filters and pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.links import services
from apps.links.models import Link
from tests.cast import LogIn
from tests.links.conftest import NOW
from tests.links.pages import LIST, fragment, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


def test_a_newcomer_is_told_what_to_do(browser: Client) -> None:
    page = text_of(browser.get(LIST))

    assert "No links yet." in page
    assert "Create your first link" in page


def test_each_link_has_a_row_with_all_about_it(browser: Client, make_link: MakeLink) -> None:
    make_link(code="spring", destination_url="https://example.com/offers", title="Spring offers", tags=["news"])
    page = text_of(browser.get(LIST))

    for words in ("/spring", "example.com/offers", "Spring offers", ">news</a>", 'data-copy="http://'):
        assert words in page


def test_others_links_are_not_there(logged_in: LogIn, stranger: User, make_link: MakeLink) -> None:
    make_link(code="private")

    assert "private" not in text_of(logged_in(stranger).get(LIST))


def test_texts_of_users_are_shown_as_text(browser: Client, make_link: MakeLink) -> None:
    make_link(code="odd", title='<script>alert(1)</script>"', tags=["<b>bold</b>"])
    page = text_of(browser.get(LIST))

    assert "<script>alert" not in page
    assert "<b>bold" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"first", "second"}),
        ({"tag": "news"}, {"first"}),
        ({"tag": "unknown"}, set()),
        ({"state": "disabled"}, {"second"}),
        ({"state": "deleted"}, {"third"}),
        ({"state": "of mind"}, {"first", "second"}),
        ({"sort": "; drop table"}, {"first", "second"}),
        ({"page": "-1"}, {"first", "second"}),
        ({"page": "99999999999999999999"}, {"first", "second"}),
        ({"page": "²"}, {"first", "second"}),
        ({"tag": "\0"}, set()),
    ],
)
def test_filters_narrow_the_list_and_nonsense_does_not_break_it(
    browser: Client, owner: User, make_link: MakeLink, query: dict[str, str], found: set[str]
) -> None:
    make_link(code="first", tags=["news"])
    second, third = make_link(code="second"), make_link(code="third")
    services.set_link_active(actor=owner, link=second, is_active=False, now=NOW)
    services.delete_link(actor=owner, link=third, now=NOW)

    page = text_of(browser.get(LIST, query))

    assert {code for code in ("first", "second", "third") if f"/{code}</a>" in page} == found


def test_links_whose_clicks_are_used_up_are_found_by_a_filter(browser: Client, make_link: MakeLink) -> None:
    for code, used in (("some-left", 9), ("none-left", 10)):
        Link.objects.filter(pk=make_link(code=code).pk).update(max_clicks=10, redirects_used=used)

    assert 'href="?state=used_up">Used up</a>' in text_of(browser.get(LIST))
    page = text_of(browser.get(LIST, {"state": "used_up"}))
    assert ("/none-left</a>" in page, "/some-left</a>" in page) == (True, False)
    page = text_of(browser.get(LIST, {"state": "active"}))
    assert ("/none-left</a>" in page, "/some-left</a>" in page) == (False, True)


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(
    browser: Client, make_link: MakeLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_link(tags=["a"])
    browser.get(LIST)
    # User, workspace, all tags, number of links and which of them (set off by two), links, their tags and rules, domains; thrice:
    # may the user look.
    with django_assert_num_queries(14):
        browser.get(LIST)
    for number in range(12):
        make_link(tags=[f"tag {number}"])
    with django_assert_num_queries(14):
        browser.get(LIST)


def test_a_page_needs_a_log_in_and_comes_back_after_it(client: Client) -> None:
    answer = client.get(LIST, {"tag": "news"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/links/%3Ftag%3Dnews")


def test_a_fragment_asked_for_after_the_session_has_ended_leads_to_the_log_in(client: Client) -> None:
    headers = {**fragment("links"), "hx-current-url": "http://testserver/links/?tag=news#top"}
    answer = client.get(LIST, {"search": "x"}, headers=headers)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/accounts/login/?next=%2Flinks%2F%3Ftag%3Dnews")
    assert answer.content == b""
