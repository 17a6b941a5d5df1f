"""What is erased is in no table and in no sum, and all else is as it was."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.analytics import erasure, mutations, store
from apps.analytics.lifecycle import purges
from apps.analytics.lifecycle.models import PurgedLink
from apps.analytics.lifecycle.tasks import FAILED, erase_purged
from apps.analytics.orphan_rows import OrphanRow
from apps.links.models import Link
from tests.analytics.conftest import Rows
from tests.analytics.outages import nobody_listens
from tests.analytics.rollup_sums import wrong_rollups
from tests.analytics.rows import NOON, click_row
from tests.analytics.trending.conftest import MakeLink, make_link

__all__ = ["make_link"]
pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
ADDRESS = "81.2.69.142"
BY = "test"


def click(*, times: int = 1, **values: Any) -> None:
    rows = [click_row(**values) for _ in range(times)]
    store.insert_clicks(rows, token=str(rows[0].event_id))


def orphan(address: str) -> None:
    values: dict[str, Any] = dict.fromkeys(OrphanRow._fields, "")
    row = click_row(address=address)
    values |= {"event_id": row.event_id, "workspace_id": 3, "timestamp": NOON, "is_bot": False, "visitor_id": 1, "address": address}
    store.insert_orphans([OrphanRow(**values)], token=str(row.event_id))


def sums(clickhouse: Rows) -> dict[object, tuple[object, ...]]:
    """Clicks of each link, which the table and all rollups agree about."""
    assert wrong_rollups() == []
    raw = clickhouse("SELECT link_id, toStartOfHour(timestamp, 'UTC'), is_bot, count() FROM click_events GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
    by_link: dict[object, tuple[object, ...]] = {}
    for link_id, _hour, _is_bot, clicks in raw:
        by_link[link_id] = (*by_link.get(link_id, ()), clicks)
    return by_link


def test_the_clicks_of_a_link_go_and_others_stay(clickhouse: Rows) -> None:
    click(times=3, link_id=7)
    click(times=2, link_id=8)

    assert erasure.erase_links([7, 99], by=BY) == 3
    assert sums(clickhouse) == {8: (2,)}
    assert erasure.erase_links([7], by=BY) == 0


def test_the_clicks_of_a_workspace_go_with_its_orphans(clickhouse: Rows) -> None:
    click(times=3, workspace_id=3)
    click(times=2, link_id=8, workspace_id=4)
    orphan(ADDRESS)

    assert erasure.erase_workspace(3, by=BY) == 4
    assert sums(clickhouse) == {8: (2,)}
    assert clickhouse("SELECT count() FROM orphan_clicks") == [(0,)]


def test_the_clicks_of_an_owner_go_and_sums_are_computed_anew(clickhouse: Rows) -> None:
    click(times=3, owner_id=4)
    click(times=2, owner_id=5)
    click(times=4, owner_id=4, timestamp=NOON + timedelta(hours=1))
    click(times=5, owner_id=5, timestamp=NOON + timedelta(hours=2))

    assert erasure.erase_owner(4, by=BY) == 7
    assert sums(clickhouse) == {7: (2, 5)}


@pytest.mark.parametrize("stored", [ADDRESS, "81.2.69.0", "::1"])
def test_the_clicks_from_an_address_go_from_all_tables(clickhouse: Rows, stored: str) -> None:
    asked = {"::1": "0:0::1"}.get(stored, ADDRESS)
    visitor = 77
    click(times=3, address=stored, visitor_id=visitor)
    click(times=2, address="203.0.113.9")
    click(times=1, link_id=8, address=stored, is_bot=True)
    orphan(stored)
    orphan("203.0.113.9")

    assert erasure.erase_address(asked, by=BY) == 5
    assert sums(clickhouse) == {7: (2,)}
    assert clickhouse("SELECT count() FROM orphan_clicks") == [(1,)]


def test_neighbours_of_a_whole_address_stay(clickhouse: Rows) -> None:
    click(times=2, address="81.2.69.1")

    assert erasure.erase_address(ADDRESS, by=BY) == 0
    assert sums(clickhouse) == {7: (2,)}


@pytest.mark.parametrize("text", ["", "sho.rt", "81.2.69", "1' OR '1'='1"])
def test_what_is_no_address_erases_nothing(clickhouse: Rows, text: str) -> None:
    click(address="")

    with pytest.raises(ValueError, match="address"):
        erasure.erase_address(text, by=BY)
    assert sums(clickhouse) == {7: (1,)}


def test_an_erasure_that_ended_half_way_is_done_again(clickhouse: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    click(times=3, address=ADDRESS)
    click(times=2)
    delete = mutations.delete
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "delete", lambda table, *more: delete(table, *more) if table != "click_events" else 1 // 0)
        with pytest.raises(ZeroDivisionError):
            erasure.erase_address(ADDRESS, by=BY)

    assert erasure.erase_address(ADDRESS, by=BY) == 3
    assert sums(clickhouse) == {7: (2,)}


def test_more_days_than_a_statement_takes_are_computed_anew(clickhouse: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_DAYS_AT_ONCE", {"link_id": 2, "workspace_id": 2})
    for day in range(5):
        click(times=2, address=ADDRESS, timestamp=NOON + timedelta(days=day))
        click(timestamp=NOON + timedelta(days=day))

    assert erasure.erase_address(ADDRESS, by=BY) == 10
    assert sums(clickhouse) == {7: (1,) * 5}


def test_each_erasure_is_in_the_log_without_the_address(clickhouse: Rows, capfd: pytest.CaptureFixture[str], caplog: Any) -> None:
    click(times=2, address=ADDRESS)

    erasure.erase_address(ADDRESS, by="somebody")

    told = capfd.readouterr().err + capfd.readouterr().out + caplog.text
    assert "clicks_erased" in told
    assert "somebody" in told
    assert ADDRESS not in told


def test_a_purged_link_takes_its_clicks_with_it_and_late_ones_too(clickhouse: Rows, make_link: MakeLink) -> None:
    link = make_link()
    link_id, now = link.pk, timezone.now()
    click(times=2, link_id=link_id)
    link.workspace.delete()

    assert erase_purged() == 2
    assert sums(clickhouse) == {}
    click(link_id=link_id)
    assert purges.erase_purged(now=now) == 0
    assert purges.erase_purged(now=now + timedelta(days=2)) == 1
    assert not PurgedLink.objects.exists()


def test_a_deleted_link_that_can_be_restored_keeps_its_clicks(clickhouse: Rows, make_link: MakeLink) -> None:
    link = make_link()
    click(link_id=link.pk)
    Link.objects.filter(pk=link.pk).update(deleted_at=timezone.now())

    assert erase_purged() == 0
    assert sums(clickhouse) == {link.pk: (1,)}


def test_a_purge_waits_for_clickhouse(clickhouse: Rows, make_link: MakeLink) -> None:
    link = make_link()
    click(link_id=link.pk)
    link.delete()
    before = FAILED._value.get()

    with nobody_listens():
        assert erase_purged() == 0
    assert FAILED._value.get() == before + 1
    assert erase_purged() == 1


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("erase_clicks", *arguments, "--yes", stdout=out)
    return out.getvalue()


def test_the_command_erases_what_it_is_told(clickhouse: Rows, make_link: MakeLink) -> None:
    link = make_link(code="spring")
    click(times=2, link_id=link.pk)
    click(times=3, owner_id=link.owner_id)
    click(times=4, address=ADDRESS, owner_id=2**40)

    assert run("--link", f"{link.domain.hostname}/spring") == "2 clicks erased\n"
    assert run("--user", "OWNER@example.com") == "3 clicks erased\n"
    assert run("--address", ADDRESS) == "4 clicks erased\n"
    assert sums(clickhouse) == {}


@pytest.mark.parametrize("arguments", [["--link", "sho.rt/none"], ["--user", "nobody@example.com"], ["--address", "x"], []])
def test_the_command_says_what_is_wrong(arguments: list[str], db: None) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_the_command_asks_first(clickhouse: Rows, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    click(address=ADDRESS)
    monkeypatch.setattr("builtins.input", lambda _question: "no")

    with pytest.raises(CommandError, match="nothing erased"):
        call_command("erase_clicks", "--address", ADDRESS)
    assert sums(clickhouse) == {7: (1,)}
