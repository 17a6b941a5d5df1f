"""The back office's look at clicks: useful, read-only, and bounded however large the table is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics import admin as clicks_admin
from apps.analytics import store
from tests.analytics.conftest import Rows
from tests.analytics.outages import hanging_up, nobody_listens
from tests.analytics.rows import click_row

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

LIST = reverse("admin:analytics_clickevent_changelist")


@pytest.fixture
def office(clickhouse: Rows, logged_in: Callable[[User], Client]) -> Client:
    """A browser of somebody who may see everything."""
    return logged_in(User.objects.create_superuser("root@example.com", "x"))


def shown(office: Client, **query: str) -> list[str]:
    """Codes of the clicks on the first page, in their order."""
    response = office.get(LIST, query)
    assert response.status_code == 200
    return [click.code for click in response.context["cl"].result_list]


def test_the_last_day_is_listed_newest_first(office: Client) -> None:
    now = timezone.now()
    ages = {"old": timedelta(days=3), "early": timedelta(hours=5), "late": timedelta(minutes=5)}
    store.insert_clicks([click_row(code=code, timestamp=now - age) for code, age in ages.items()], token="t")

    assert shown(office) == ["late", "early"]
    assert shown(office, since="1h") == ["late"]
    assert shown(office, since="7d") == ["late", "early", "old"]


def test_filters_have_fixed_choices(office: Client) -> None:
    now = timezone.now()
    rows = [
        click_row(code="a", timestamp=now, device="mobile", referrer_class="search"),
        click_row(code="b", timestamp=now, is_bot=True, bot_reason="crawler", device="bot"),
    ]
    store.insert_clicks(rows, token="t")

    assert shown(office, device="mobile") == ["a"]
    assert shown(office, referrer_class="search") == ["a"]
    assert shown(office, bot_reason="crawler") == ["b"]
    assert shown(office, is_bot__exact="0") == ["a"]


@pytest.mark.parametrize(("term", "codes"), [("8", ["b"]), (" 8 ", ["b"]), ("9", []), ("b", []), ("8%' OR 1=1", []), ("9" * 30, [])])
def test_search_takes_the_number_of_a_link_only(office: Client, term: str, codes: list[str]) -> None:
    now = timezone.now()
    store.insert_clicks([click_row(code="a", timestamp=now), click_row(code="b", link_id=8, timestamp=now)], token="t")

    assert shown(office, q=term) == codes


def test_no_more_rows_are_counted_than_can_be_paged_through(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clicks_admin, "MOST_ROWS", 120)
    now = timezone.now()
    store.insert_clicks([click_row(timestamp=now) for _ in range(300)], token="t")

    changelist = office.get(LIST).context["cl"]

    assert changelist.result_count == 120
    assert changelist.paginator.num_pages == 3


def test_a_list_takes_two_queries_of_clickhouse(office: Client, django_assert_num_queries: Any) -> None:
    store.insert_clicks([click_row(timestamp=timezone.now())], token="t")

    with django_assert_num_queries(2, connection=connections["clickhouse"]):
        office.get(LIST)


def test_a_click_is_found_by_the_time_in_its_id_and_cannot_be_changed(office: Client) -> None:
    row = click_row(timestamp=timezone.now(), city="Berlin")
    store.insert_clicks([row], token="t")
    url = reverse("admin:analytics_clickevent_change", args=[row.event_id])

    page = office.get(url)

    assert "Berlin" in page.content.decode()
    assert office.post(url, {"city": "Paris"}).status_code == 403
    assert office.get(reverse("admin:analytics_clickevent_add")).status_code == 403


@pytest.mark.parametrize("name", ["0193e5b4-7a1f-7000-8000-00000000002a", "ffffffff-ffff-ffff-ffff-ffffffffffff", "nonsense"])
def test_an_unknown_click_leads_back(office: Client, name: str) -> None:
    assert office.get(reverse("admin:analytics_clickevent_change", args=[name])).status_code == 302


@pytest.mark.parametrize("outage", [nobody_listens, hanging_up])
def test_an_outage_has_its_page(office: Client, outage: Callable[[], AbstractContextManager[None]]) -> None:
    with outage():
        assert office.get(LIST).status_code == 503
