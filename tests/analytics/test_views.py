"""Pages of numbers: the dashboard and a link's page."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.analytics import store
from apps.analytics.trending.models import TrafficAlert, TrendingLink
from apps.links import selectors, services
from apps.links.models import Link
from tests.analytics.conftest import Rows
from tests.analytics.outages import nobody_listens
from tests.analytics.rows import click_row
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
DASHBOARD = reverse("analytics:dashboard")
SPARKLINES = reverse("analytics:sparklines")
FRAGMENT = {"hx-request": "true", "hx-target": "numbers"}


@pytest.fixture
def maker(clickhouse: Rows) -> User:
    return make_user("maker")


@pytest.fixture
def browser(logged_in: LogIn, maker: User) -> Client:
    return logged_in(maker)


@pytest.fixture
def link(maker: User) -> Link:
    return make_link(maker, "spring")


def make_link(maker: User, code: str) -> Link:
    workspace = selectors.default_workspace(maker)
    return services.create_link(
        actor=maker, workspace=workspace, destination_url="https://example.com/", code=code, title="Spring", now=datetime.now(UTC)
    )


def click(link: Link, *, count: int = 1, token: str = "first", **values: Any) -> None:
    defaults: dict[str, Any] = {"timestamp": datetime.now(UTC) - timedelta(minutes=5)}
    rows = [click_row(link_id=link.pk, workspace_id=link.workspace_id, **(defaults | values)) for _ in range(count)]
    store.insert_clicks(rows, token=token)


def page_of(link: Link) -> str:
    return reverse("analytics:link", args=[link.domain.hostname, link.code])


def total(page: str, name: str) -> str:
    found = re.search(rf'data-total="{name}">([^<]*)<', page)
    assert found is not None, page
    return found[1]


def chart_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="course-data" type="application/json">(.*?)</script>', page)
    assert found is not None, page
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_links_page_shows_its_clicks(browser: Client, link: Link) -> None:
    click(link, count=1234, country="DE", browser="Firefox", os="Linux", device="mobile", referrer_host="news.example")
    click(link, count=3, token="bots", is_bot=True)
    page = browser.get(page_of(link)).content.decode()

    assert [total(page, name) for name in ("clicks", "visitors", "bots")] == ["1,234", "1,234", "3"]
    for words in ("Germany", "Firefox", "Linux", "Mobile", "news.example", "100 %", "Show as table"):
        assert words in page
    assert sum(chart_of(page)["clicks"]) == 1234


def test_each_range_can_be_asked_for_and_an_unknown_one_is_the_default(browser: Client, link: Link) -> None:
    click(link, count=2)
    click(link, count=5, token="old", timestamp=datetime.now(UTC) - timedelta(days=20))
    seen = {
        name: total(browser.get(page_of(link), {"range": name}).content.decode(), "clicks")
        for name in ("24h", "7d", "30d", "90d", "eternity")
    }

    assert seen == {"24h": "2", "7d": "2", "30d": "7", "90d": "7", "eternity": "2"}


@pytest.mark.parametrize(("zone", "buckets"), [("Asia%2FKolkata", 7), ("Asia/Kolkata", 7), ("../../etc/passwd", 7), ("%00", 7)])
def test_days_are_those_of_the_viewers_zone(browser: Client, link: Link, zone: str, buckets: int) -> None:
    browser.cookies["tz"] = zone
    click(link)
    page = browser.get(page_of(link)).content.decode()

    assert len(chart_of(page)["labels"]) == buckets


def test_fresh_numbers_come_without_the_page(browser: Client, link: Link) -> None:
    click(link)
    page = browser.get(page_of(link), headers=FRAGMENT).content.decode()

    assert total(page, "clicks") == "1"
    assert "<html" not in page


@pytest.mark.parametrize("place", ["link", "dashboard"])
def test_nothing_is_sent_as_long_as_nothing_has_changed(browser: Client, link: Link, place: str) -> None:
    address = page_of(link) if place == "link" else DASHBOARD
    click(link)
    found = re.search(r'hx-get="(\?[^"]*seen=[^"]+)"', browser.get(address, headers=FRAGMENT).content.decode())
    assert found is not None
    follow_up = address + found[1].replace("&amp;", "&")

    assert browser.get(follow_up, headers=FRAGMENT).status_code == 204
    click(link, token="second")
    assert browser.get(follow_up, headers=FRAGMENT).status_code == 200


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_without_clickhouse_the_rest_of_the_pages_works(browser: Client, link: Link, headers: dict[str, str]) -> None:
    with nobody_listens():
        answers = [browser.get(address, headers=headers) for address in (page_of(link), DASHBOARD)]

    for answer in answers:
        assert answer.status_code == 200
        assert "The numbers cannot be read just now." in answer.content.decode()


def test_without_clickhouse_rows_stay_without_sparklines(browser: Client, link: Link) -> None:
    with nobody_listens():
        assert browser.get(SPARKLINES, {"ids": str(link.pk)}).status_code == 204


def test_the_dashboard_adds_up_all_links_and_ranks_them(browser: Client, maker: User, link: Link) -> None:
    other = make_link(maker, "second")
    click(link, count=2)
    click(other, count=3, token="other")
    page = browser.get(DASHBOARD).content.decode()
    ranked = page.partition("Most followed")[2].partition("</table>")[0]

    assert total(page, "clicks") == "5"
    assert 0 < ranked.index("/second</a>") < ranked.index("/spring</a>")


def test_a_newcomers_dashboard_says_what_to_do(browser: Client) -> None:
    page = browser.get(DASHBOARD).content.decode()

    assert 'name="destination_url"' in page
    assert "Paste an address above" in page
    assert total(page, "clicks") == "0"


def test_each_link_of_ones_own_gets_its_sparkline(browser: Client, maker: User, link: Link) -> None:
    stranger = make_user("stranger")
    theirs = make_link(stranger, "theirs")
    click(link, count=2)
    click(theirs, token="theirs")
    page = browser.get(SPARKLINES, {"ids": f"{link.pk},{theirs.pk},0,-1,x,²,99999999999999999999"}).content.decode()

    assert re.findall(r'id="spark-(\d+)"', page) == [str(link.pk)]
    assert "2 clicks in 30 days" in page


@pytest.mark.parametrize("ids", ["", ",,,", "\0"])
def test_no_ids_are_no_sparklines(browser: Client, ids: str) -> None:
    answer = browser.get(SPARKLINES, {"ids": ids})

    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_a_strangers_link_is_a_link_that_is_not_there(logged_in: LogIn, link: Link) -> None:
    browser = logged_in(make_user("stranger"))

    assert browser.get(page_of(link)).status_code == 404
    assert browser.get(page_of(link), headers=FRAGMENT).status_code == 404
    assert "/spring" not in browser.get(DASHBOARD).content.decode()


@pytest.mark.parametrize("address", [DASHBOARD, SPARKLINES])
def test_numbers_need_a_log_in(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302
    assert client.get(address, headers=FRAGMENT).status_code == 401


def test_the_dashboard_costs_the_same_number_of_queries_however_many_links_there_are(
    browser: Client, maker: User, link: Link, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    click(link)
    browser.get(DASHBOARD)
    with django_assert_num_queries(14), django_assert_num_queries(6, using="clickhouse"):
        browser.get(DASHBOARD)
    for number in range(8):
        click(make_link(maker, f"link-{number}"), token=str(number))
    with django_assert_num_queries(14), django_assert_num_queries(6, using="clickhouse"):
        browser.get(DASHBOARD)


def test_a_links_page_costs_few_queries(browser: Client, link: Link, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    click(link)
    browser.get(page_of(link))

    with django_assert_num_queries(9), django_assert_num_queries(3, using="clickhouse"):
        browser.get(page_of(link))


def test_links_that_trend_are_on_the_dashboard(browser: Client, link: Link) -> None:
    assert 'id="trending"' not in browser.get(DASHBOARD).content.decode()
    now = timezone.now()
    TrendingLink.objects.create(link=link, started_at=now, clicks=1234, usual_clicks=56, looked_at=now)

    page = browser.get(DASHBOARD).content.decode()

    assert 'id="trending"' in page
    assert "Clicks in 5 minutes" in page
    assert "1,234" in page


def test_unusual_traffic_is_told_on_the_links_page(browser: Client, link: Link) -> None:
    assert 'id="traffic-alert"' not in browser.get(page_of(link)).content.decode()
    now = timezone.now()
    TrafficAlert.objects.create(link=link, started_at=now, hour=now, last_hour=now, clicks=1480, usual_clicks=11.5, score=42)

    page = browser.get(page_of(link)).content.decode()
    assert "There is unusual traffic on this link." in page
    assert "1,480 clicks in one hour" in page
    assert "usually 12." in page

    TrafficAlert.objects.update(ended_at=now)
    assert "There was unusual traffic on this link." in browser.get(page_of(link)).content.decode()


def test_the_owner_finds_the_files_of_clicks_on_the_links_page(browser: Client, link: Link) -> None:
    page = browser.get(page_of(link) + "?range=30d").content.decode()

    assert f'action="{page_of(link)}clicks.csv"' in page
    assert 'name="range" value="30d"' in page
