"""The back office's page of orphan clicks on domains of the installation: useful, bounded, for staff alone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.groups import MODERATOR
from apps.analytics import orphan_report, store
from apps.analytics.orphan_rows import NOBODYS, OrphanRow
from apps.common.ids import uuid7
from tests.analytics.conftest import Rows
from tests.analytics.outages import hanging_up, nobody_listens
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

PAGE = reverse("admin:analytics_orphanclick_changelist")
HOST = "sho.rt"


def orphan(path: str = "/sprng", *, at: datetime | None = None, **fields: Any) -> OrphanRow:
    values: dict[str, Any] = {
        "event_id": uuid7(),
        "workspace_id": NOBODYS,
        "domain": HOST,
        "kind": "root" if path == "/" else "unknown_code",
        "path": path,
        "timestamp": at or timezone.now(),
        "method": "GET",
        "address": "81.2.69.142",
        "user_agent": "Mozilla/5.0 of-somebody",
        "referrer": "",
        "referrer_host": "",
        "country": "GB",
        "is_bot": False,
        "bot_reason": "",
        "visitor_id": 7,
    }
    return OrphanRow(**(values | fields))


def keep(*rows: OrphanRow) -> None:
    store.insert_orphans(rows, token=f"t:{rows[0].event_id}")


@pytest.fixture
def office(clickhouse: Rows, logged_in: LogIn) -> Client:
    """A browser of a moderator."""
    moderator = make_user("mod", is_staff=True)
    moderator.groups.add(Group.objects.get(name=MODERATOR))
    return logged_in(moderator)


def shown(office: Client, **query: str) -> list[tuple[str, int, int, str]]:
    response = office.get(PAGE, query)
    assert response.status_code == 200
    return [(place.path, place.clicks, place.bots, place.referrer_class) for place in response.context["places"]]


def test_staff_see_what_was_asked_for_where_nobody_is_owner(office: Client) -> None:
    now = timezone.now()
    mails: dict[str, Any] = {"referrer_host": "mail.google.com"}
    search: dict[str, Any] = {"referrer_host": "www.google.com"}
    keep(
        *[orphan("/sprng", **mails), orphan("/sprng", **mails), orphan("/sprng")],
        *[orphan("/other", **search), orphan("/other", referrer_host=HOST, at=now - timedelta(minutes=3)), orphan("/other", **search)],
        *[orphan("/wp-login", is_bot=True) for _ in range(9)],
        *[orphan("/inside", referrer_host=HOST), orphan("/"), orphan("/owned", workspace_id=3)],
    )

    answer = office.get(PAGE)

    assert shown(office) == [
        ("/other", 3, 0, "search"),
        ("/sprng", 3, 0, "mail"),
        ("/inside", 1, 0, "internal"),
        ("/wp-login", 9, 9, "direct"),
    ]
    page = answer.content.decode()
    assert f"{HOST}/sprng" in page
    assert "mail.google.com" in page
    assert "81.2.69.142" not in page
    assert "of-somebody" not in page


def test_a_time_can_be_chosen_and_thirty_days_are_the_most(office: Client) -> None:
    now = timezone.now()
    ages = {"/now": timedelta(minutes=5), "/week": timedelta(days=5), "/month": timedelta(days=20), "/old": timedelta(days=40)}
    keep(*[orphan(path, at=now - age) for path, age in ages.items()])

    assert [path for path, *_ in shown(office, since="24h")] == ["/now"]
    assert [path for path, *_ in shown(office, since="7d")] == ["/now", "/week"]
    for since in ("30d", "", "999d", "1; DROP"):
        assert [path for path, *_ in shown(office, since=since)] == ["/month", "/now", "/week"]


def test_no_more_paths_are_shown_than_fit_the_page(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan_report, "TOP_PLACES", 5)
    keep(*[orphan(f"/scan-{number}") for number in range(40)])

    assert len(shown(office)) == 5


def test_what_visitors_wrote_is_text(office: Client) -> None:
    keep(orphan("/<script>alert(1)</script>" + "x" * 200, referrer_host="<b>.example"))

    page = office.get(PAGE).content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>.example" not in page


def test_the_page_takes_one_query_of_clickhouse_however_many_there_are(office: Client, django_assert_num_queries: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured, django_assert_num_queries(1, connection=connections["clickhouse"]):
            office.get(PAGE)
        return len(captured)

    office.get(PAGE)
    of_none = queries()
    keep(*[orphan(f"/scan-{number}") for number in range(200)])

    assert queries() == of_none == 3


def test_others_do_not_see_it(clickhouse: Rows, logged_in: LogIn, client: Client) -> None:
    stranger, other_staff = make_user("ann"), make_user("bob", is_staff=True)

    assert client.get(PAGE).status_code == 302
    assert logged_in(stranger).get(PAGE).status_code in {302, 403}
    assert logged_in(other_staff).get(PAGE).status_code == 403


def test_it_can_only_be_looked_at(office: Client) -> None:
    assert office.get(PAGE + "add/").status_code == 404
    assert "action" not in office.get(PAGE).content.decode().partition('id="content-main"')[2].partition("</table>")[0]


def test_the_index_of_the_back_office_leads_there(office: Client) -> None:
    assert PAGE in office.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("outage", [nobody_listens, hanging_up])
def test_an_outage_has_its_page(office: Client, outage: Callable[[], AbstractContextManager[None]]) -> None:
    with outage():
        assert office.get(PAGE).status_code == 503
