"""Numbers by REST: what the pages show, for the same people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.api_keys import services as api_keys
from apps.accounts.models import User
from apps.analytics.rollups import PROPERTIES
from apps.analytics.trending.models import TrendingLink
from apps.links.models import Link
from tests.analytics.outages import nobody_listens
from tests.analytics.test_views import click, make_link
from tests.cast import make_user
from tests.links.api.program import Api, problem

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

NUMBERS = "/api/v1/analytics"


@pytest.fixture
def maker(clickhouse: object) -> User:
    return make_user("maker")


@pytest.fixture
def api(maker: User) -> Api:
    return Api(maker)


@pytest.fixture
def link(maker: User) -> Link:
    return make_link(maker, "spring")


def of(link: Link) -> str:
    return f"/api/v1/links/{link.domain.hostname}/{link.code}/analytics"


def clicks(answer: Any) -> tuple[int, int]:
    return answer.json()["totals"]["clicks"], sum(point["clicks"] for point in answer.json()["series"])


def test_a_link_has_totals_a_course_and_shares(api: Api, link: Link) -> None:
    click(link, count=3, country="DE")
    click(link, token="bot", is_bot=True)
    answer = api.ask("get", of(link))
    found = answer.json()

    assert clicks(answer) == (3, 3)
    assert found["totals"]["bots"] == 1
    assert found["shares"]["country"][0] == {"value": "DE", "clicks": 3, "fraction": 1.0, "is_other": False}
    assert (found["by"], found["timezone"], len(found["series"])) == ("day", "UTC", 7)
    assert clicks(api.ask("get", f"{of(link)}?bots=true")) == (4, 4)


def test_a_workspace_has_the_same_and_its_links(api: Api, link: Link, maker: User) -> None:
    click(link, count=2)
    click(make_link(maker, "summer"), token="other")
    click(make_link(make_user("bob"), "theirs"), token="theirs")
    answer = api.ask("get", NUMBERS)

    assert clicks(answer) == (3, 3)
    assert [(top["short_url"].rpartition("/")[2], top["clicks"]) for top in answer.json()["top_links"]] == [("spring", 2), ("summer", 1)]


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_has_its_values(api: Api, link: Link, name: str) -> None:
    often: dict[str, Any] = {name: "first"}
    once: dict[str, Any] = {name: "second"}
    click(link, count=3, **often)
    click(link, token="second", **once)
    for path in (of(link), NUMBERS):
        found = api.ask("get", f"{path}/{name}").json()
        assert (found["dimension"], found["total"]) == (name, 4)
        assert [(share["value"], share["clicks"]) for share in found["results"]] == [("first", 3), ("second", 1)]


def test_days_of_ones_own_are_those_of_the_zone(api: Api, link: Link) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).replace(hour=23, minute=30)
    click(link, timestamp=yesterday)
    query = f"from={yesterday.date()}&to={yesterday.date()}"

    assert clicks(api.ask("get", f"{of(link)}?{query}"))[0] == 1
    assert clicks(api.ask("get", f"{of(link)}?{query}&timezone=Asia/Tokyo"))[0] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("range=1y", "range"),
        ("by=year", "by"),
        ("range=30d&by=hour", "by"),
        ("bots=x", "bots"),
        ("timezone=../../etc/passwd", "timezone"),
        ("timezone=Mars", "timezone"),
        ("from=yesterday", "from"),
        ("from=2026-02-31", "from"),
        ("from=2026-03-01&to=2026-02-01", "from"),
        ("to=%00", "to"),
        ("days=7", "days"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(api: Api, link: Link, query: str, field: str) -> None:
    for path in (of(link), NUMBERS, f"{of(link)}/country", f"{NUMBERS}/country"):
        assert problem(api.ask("get", f"{path}?{query}")) == (400, "invalid", {field})


def test_an_unknown_property_is_not_there(api: Api, link: Link) -> None:
    for path in (of(link), NUMBERS):
        assert problem(api.ask("get", f"{path}/password"))[:2] == (404, "not_found")


def test_numbers_of_others_are_not_there(api: Api) -> None:
    bob = make_user("bob")
    theirs = make_link(bob, "theirs")
    workspace = bob.personal_workspace.public_id

    paths = (
        of(theirs),
        f"{of(theirs)}/country",
        *(f"{path}?workspace={workspace}" for path in (NUMBERS, f"{NUMBERS}/country", "/api/v1/trending")),
    )
    assert [problem(api.ask("get", path))[0] for path in paths] == [404] * 5


def test_a_key_needs_the_scope(api: Api, maker: User, link: Link) -> None:
    for scope, status in (("links:read", 403), ("analytics:read", 200)):
        _key, text = api_keys.create_key(
            actor=maker, workspace=maker.personal_workspace, name=scope, scope_names=[scope, "links:read"], now=timezone.now()
        )
        api.headers = {"Authorization": f"Bearer {text}"}
        assert api.ask("get", of(link)).status_code == status


def test_while_the_engine_is_away_it_is_said(api: Api, link: Link) -> None:
    with nobody_listens():
        for path in (of(link), NUMBERS, f"{of(link)}/country"):
            assert problem(api.ask("get", path))[:2] == (503, "analytics_unavailable")


def test_links_that_trend_are_listed(api: Api, link: Link, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    now = timezone.now()
    for one, number in ((link, 50), (make_link(make_user("bob"), "theirs"), 90)):
        TrendingLink.objects.create(link=one, started_at=now, clicks=number, usual_clicks=5, looked_at=now)
    with django_assert_num_queries(3):
        [found] = api.ask("get", "/api/v1/trending").json()["results"]

    assert (found["short_url"].rpartition("/")[2], found["clicks"], found["usual_clicks"]) == ("spring", 50, 5)
    assert found["window_seconds"] > 0
