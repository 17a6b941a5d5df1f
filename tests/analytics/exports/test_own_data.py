"""Clicks in the export of a user's data, and their end with the account."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connections

from apps.accounts.models import AuditLog, User
from apps.accounts.privacy import archive, deletion
from apps.analytics import store
from apps.analytics.exports import own_data
from apps.analytics.exports.formats import Format
from apps.analytics.exports.own_data import CLICKS
from apps.analytics.exports.reading import Selection
from apps.analytics.exports.services import export_of_link
from apps.analytics.lifecycle import purges
from apps.links.models import Link
from tests.analytics.conftest import Rows
from tests.analytics.rows import click_row
from tests.analytics.trending.conftest import make_link

__all__ = ["make_link"]
pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

MakeLink = Callable[..., Link]


def click(link_id: int, *, times: int = 1) -> None:
    rows = [click_row(link_id=link_id) for _ in range(times)]
    store.insert_clicks(rows, token=str(rows[0].event_id))


def rows_of(user: User) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(CLICKS.write(user)).decode(), newline="")))


def test_it_has_the_clicks_of_ones_own_links_and_no_others(
    clickhouse: Rows, make_link: MakeLink, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_data, "_AT_ONCE", 1)
    first, second = make_link(), make_link()
    click(first.pk, times=2)
    click(second.pk)
    click(999)

    assert [row["link_id"] for row in rows_of(owner)] == [str(first.pk), str(first.pk), str(second.pk)]


def test_somebody_without_links_has_no_clicks(clickhouse: Rows, stranger: User) -> None:
    click(999)

    assert rows_of(stranger) == []


def test_the_rest_of_the_file_comes_while_clickhouse_is_away(make_link: MakeLink, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_link()
    monkeypatch.setitem(connections["clickhouse"].settings_dict, "PORT", 1)

    data = b"".join(archive.write(owner))

    assert b"clicks.csv.incomplete.txt" in data
    assert b"profile.json" in data


def test_the_clicks_on_links_that_go_with_an_account_are_erased(clickhouse: Rows, make_link: MakeLink, owner: User) -> None:
    now = datetime.now(UTC)
    link = make_link()
    click(link.pk, times=3)
    click(999)
    deletion.ask(user=owner, now=now)
    assert deletion.delete_due(now=now + timedelta(days=14)) == 1

    assert purges.erase_purged(now=now) == 3
    assert clickhouse("SELECT link_id FROM click_events") == [(999,)]


def test_taking_clicks_away_is_recorded(clickhouse: Rows, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="spring")
    click(link.pk, times=2)

    export_of_link(actor=owner, link=link, selection=Selection(link.pk), format_=Format.CSV)

    row = AuditLog.objects.get(action="clicks.exported")
    assert (row.actor_id, row.target_id, row.after) == (owner.pk, str(link.pk), {"clicks": 2, "format": "csv"})


def test_erasing_clicks_is_recorded_but_not_the_address_that_is_forgotten(clickhouse: Rows, make_link: MakeLink) -> None:
    link = make_link(code="spring")
    place = f"{link.domain.hostname}/spring"
    call_command("erase_clicks", "--link", place, "--yes", stdout=io.StringIO())
    call_command("erase_clicks", "--address", "192.0.2.7", "--yes", stdout=io.StringIO())

    rows = AuditLog.objects.filter(action="clicks.erased").order_by("id")
    assert [(row.via, row.target_label) for row in rows] == [("command", place), ("command", "")]
