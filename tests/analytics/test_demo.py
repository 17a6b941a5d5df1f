"""The demo account and its month of clicks."""

import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics.demo.catalogue import LINKS
from apps.analytics.demo.clicks import DemoClick, make_clicks
from apps.analytics.management.commands.demo import ensure_a_domain
from apps.common.visitors.bots import is_crawler
from apps.links import codes, destinations, reserved
from apps.links.domains import default_domain
from apps.links.models import Link, LinkState
from tests.analytics.totals import Totals, totals
from tests.events.conftest import own_database

END = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def clicks() -> list[DemoClick]:
    return make_clicks(LINKS, count=5000, seed=1, end=END)


@pytest.mark.django_db
def test_there_are_forty_links_with_codes_and_destinations_that_the_product_takes() -> None:
    assert len({link.code for link in LINKS}) == 40
    for link in LINKS:
        assert codes.is_code(link.code)
        assert not reserved.is_reserved(link.code)
        assert destinations.parse(link.destination_url).url == link.destination_url


def test_the_same_seed_gives_the_same_clicks(clicks: list[DemoClick]) -> None:
    assert make_clicks(LINKS, count=5000, seed=1, end=END) == clicks
    assert make_clicks(LINKS, count=5000, seed=2, end=END) != clicks


def test_clicks_fill_the_thirty_days_in_order(clicks: list[DemoClick]) -> None:
    moments = [click.at for click in clicks]

    assert moments == sorted(moments)
    assert END - timedelta(days=30) <= moments[0]
    assert moments[-1] < END
    assert len({moment.date() for moment in moments}) >= 30


def test_an_expired_link_has_no_click_after_its_end(clicks: list[DemoClick]) -> None:
    for place, link in enumerate(LINKS):
        if link.expired_days_ago:
            assert max(click.at for click in clicks if click.place == place) < END - timedelta(days=link.expired_days_ago)


def test_a_few_links_get_most_of_the_clicks(clicks: list[DemoClick]) -> None:
    by_place = Counter(click.place for click in clicks)

    assert sum(count for _, count in by_place.most_common(8)) > len(clicks) / 2
    assert len(by_place) == len(LINKS)


def test_weekends_and_nights_are_quieter(clicks: list[DemoClick]) -> None:
    by_weekday = Counter(click.at.weekday() for click in clicks)
    by_hour = Counter(click.at.hour for click in clicks)

    assert max(by_weekday[5], by_weekday[6]) < min(by_weekday[0], by_weekday[2])
    assert by_hour[3] < by_hour[14] / 2


def test_some_visitors_return_and_some_are_machines(clicks: list[DemoClick]) -> None:
    visitors = {(click.at.date(), click.person) for click in clicks}
    bots = sum(click.person.is_bot for click in clicks)

    assert 0.5 < len(visitors) / len(clicks) < 0.9
    assert 0.02 < bots / len(clicks) < 0.12
    assert all(is_crawler(click.person.user_agent) == click.person.is_bot for click in clicks)


def run(**options: Any) -> str:
    output = io.StringIO()
    call_command("demo", stdout=output, **options)
    return output.getvalue()


@pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])
def test_the_command_fills_the_account_through_the_pipeline_once(settings: Any) -> None:
    settings.REDIS_URL = own_database(settings.REDIS_URL)

    printed = run(clicks=600)

    user = User.objects.get(email="demo@example.com")
    password = re.search(r"with the password (\S+)", printed)
    assert password is not None
    assert user.check_password(password[1])
    links = list(Link.objects.filter(owner=user))
    assert len(links) == 40
    assert totals(links) == Totals(600, 600, 600, 600)
    assert {link.state_at(timezone.now()) for link in links} == {LinkState.ACTIVE, LinkState.EXPIRED, LinkState.DISABLED}
    assert days_with_clicks(links) >= 25

    again = run(clicks=600)

    assert "there already" in again
    assert totals(links) == Totals(600, 600, 600, 600)

    run(clicks=500, reset=True)

    assert totals(links) == Totals(0, 0, 0, 0)
    assert totals(list(Link.objects.filter(owner__email="demo@example.com"))) == Totals(500, 500, 500, 500)


@pytest.mark.django_db
def test_the_command_leaves_the_domain_its_name(settings: Any) -> None:
    """It may run in a shell that does not know the port of the running product."""
    before = default_domain().hostname
    settings.SHORT_DOMAIN = "other.test"

    ensure_a_domain()

    assert default_domain().hostname == before


def days_with_clicks(links: list[Link]) -> int:
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT uniqExact(toDate(timestamp)) FROM click_events WHERE link_id IN %s", [[link.pk for link in links]])
        days: int = cursor.fetchone()[0]
        return days
