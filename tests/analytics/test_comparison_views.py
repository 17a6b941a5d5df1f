"""Several links side by side."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.analytics import selectors
from apps.analytics.periods import Period
from apps.links.models import Link
from tests.analytics.outages import nobody_listens
from tests.analytics.test_views import chart_of, click, make_link
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
PAGE = reverse("analytics:compare")


@pytest.fixture
def maker(clickhouse: object) -> User:
    return make_user("maker")


@pytest.fixture
def browser(logged_in: LogIn, maker: User) -> Client:
    return logged_in(maker)


def name_of(link: Link) -> str:
    return f"{link.domain.hostname}/{link.code}"


def page_with(*names: str, **others: str) -> str:
    return f"{PAGE}?{urlencode([*others.items(), *(('link', name) for name in names)])}"


def test_each_link_has_its_line_and_its_totals(browser: Client, maker: User) -> None:
    spring, autumn = make_link(maker, "spring"), make_link(maker, "autumn")
    click(spring, count=1_234)
    click(autumn, count=7, token="autumn")
    click(autumn, count=2, token="bots", is_bot=True)
    page = browser.get(page_with(name_of(spring), f"https://{name_of(autumn)}")).content.decode()
    lines = chart_of(page)["lines"]
    assert [(line["name"], sum(line["clicks"])) for line in lines] == [(name_of(spring), 1_234), (name_of(autumn), 7)]
    assert ">1,234<" in page
    assert f'href="?link={name_of(spring).replace(":", "%3A").replace("/", "%2F")}"' in page


def test_without_links_the_page_asks_for_one(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert 'name="link"' in page
    assert "course-data" not in page


def test_another_s_link_is_answered_like_one_that_is_not_there(browser: Client) -> None:
    theirs = make_link(make_user("other"), "theirs")
    page = browser.get(page_with(name_of(theirs), "no.such/link", "<b>", "\0")).content.decode()
    assert f"There is no link {name_of(theirs)} here." in page
    assert "There is no link no.such/link here." in page
    assert "There is no link &lt;b&gt; here." in page
    assert "course-data" not in page


def test_more_links_than_can_be_told_apart_are_passed_over(browser: Client, maker: User) -> None:
    links = [make_link(maker, f"link{number}") for number in range(7)]
    page = browser.get(page_with(*(name_of(link) for link in links), name_of(links[0]))).content.decode()
    assert [line["name"] for line in chart_of(page)["lines"]] == [name_of(link) for link in links[:5]]
    assert "Short link to compare with" not in page


def test_an_outage_is_told(browser: Client, maker: User) -> None:
    link = make_link(maker, "spring")
    with nobody_listens():
        page = browser.get(page_with(name_of(link))).content.decode()
    assert "The numbers cannot be read just now." in page
    assert name_of(link) in page


def test_all_lines_are_read_in_one_query(clickhouse: object, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    now = datetime.now(UTC)
    period = Period.last(days=7, now=now, tz=ZoneInfo("UTC"))
    with django_assert_num_queries(1, connection=connections["clickhouse"]):
        found = selectors.compare(link_ids=[1, 2, 3], period=period)
    assert list(found.series) == [1, 2, 3]
    assert {len(points) for points in found.series.values()} == {7}
    with pytest.raises(ValueError, match="from one to 5 links"):
        selectors.compare(link_ids=list(range(6)), period=period)
    assert now - period.start > timedelta(days=6)
