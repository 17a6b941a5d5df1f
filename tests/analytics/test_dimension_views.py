"""All values of one property, on a page and as a file."""

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.analytics.rollups import PROPERTIES
from apps.links.models import Link
from tests.analytics.outages import nobody_listens
from tests.analytics.test_views import click, make_link
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def maker(clickhouse: object) -> User:
    return make_user("maker")


@pytest.fixture
def browser(logged_in: LogIn, maker: User) -> Client:
    return logged_in(maker)


@pytest.fixture
def link(maker: User) -> Link:
    return make_link(maker, "spring")


def of_link(link: Link, name: str) -> str:
    return reverse("analytics:link_dimension", args=[link.domain.hostname, link.code, name])


def of_workspace(name: str) -> str:
    return reverse("analytics:workspace_dimension", args=[name])


def rows_of(answer: str) -> list[list[str]]:
    return list(csv.reader(StringIO(answer)))


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_has_its_page_for_a_link_and_for_all(browser: Client, link: Link, name: str) -> None:
    click(link, count=3, **{name: "first"})
    click(link, count=1, token="second", **{name: "second"})
    for address in (of_link(link, name), of_workspace(name)):
        page = browser.get(address).content.decode()
        assert "4 clicks" in page, address
        assert page.index(">first<") < page.index(">second<"), address
        assert 'aria-current="page"' in page


def test_the_file_has_values_and_labels_and_nothing_that_acts(browser: Client, link: Link) -> None:
    click(link, count=2, utm_campaign="=1+1")
    click(link, token="none", country="DE")
    answer = browser.get(of_link(link, "utm_campaign"), {"as": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="utm_campaign-7d.csv"'
    assert rows_of(answer.content.decode()) == [["utm_campaign", "label", "clicks"], ["'=1+1", "'=1+1", "2"], ["", "Not given", "1"]]
    assert rows_of(browser.get(of_workspace("country"), {"as": "csv"}).content.decode())[1:] == [
        ["", "Unknown", "2"],
        ["DE", "Germany", "1"],
    ]


def test_bots_are_shown_where_they_are_asked_for(browser: Client, link: Link) -> None:
    click(link, count=2, browser="Firefox")
    click(link, count=5, token="bots", browser="Crawler", is_bot=True)
    assert "Crawler" not in browser.get(of_link(link, "browser")).content.decode()
    assert "7 clicks" in browser.get(of_link(link, "browser"), {"bots": "1"}).content.decode()


def test_values_are_shown_as_text(browser: Client, link: Link) -> None:
    click(link, utm_term="<b>x</b>")
    page = browser.get(of_link(link, "utm_term")).content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page


def test_another_s_link_and_unknown_properties_are_not_found(browser: Client, clickhouse: object) -> None:
    other = make_link(make_user("other"), "theirs")
    assert browser.get(of_link(other, "country")).status_code == 404
    assert browser.get(of_workspace("visitor_id")).status_code == 404
    assert browser.get(of_workspace("address")).status_code == 404


def test_an_outage_is_told(browser: Client, link: Link) -> None:
    with nobody_listens():
        assert "The numbers cannot be read just now." in browser.get(of_link(link, "country")).content.decode()
        assert browser.get(of_link(link, "country"), {"as": "csv"}).status_code == 503


def test_a_page_costs_few_queries(browser: Client, link: Link, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    click(link)
    browser.get(of_link(link, "country"))
    with django_assert_num_queries(6), django_assert_num_queries(2, using="clickhouse"):
        browser.get(of_link(link, "country"))
    with django_assert_num_queries(2), django_assert_num_queries(3, using="clickhouse"):
        browser.get(of_workspace("country"))
