"""Reading the audit log: filters, pages, and who may see what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.audit import selectors
from apps.accounts.audit.filters import AuditFilter
from apps.accounts.models import AuditLog, User, Workspace
from apps.common.errors import NotFound, PermissionDenied
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def add(**fields: object) -> AuditLog:
    values: dict[str, object] = {"action": "link.created", "via": "web", "occurred_at": NOON}
    return AuditLog.objects.create(**(values | fields))


def found(query: dict[str, str], tz: ZoneInfo | None = None) -> list[str]:
    page = selectors.page(selectors.all_rows(), AuditFilter.read(query), tz=tz or UTC)
    return sorted(row.target_label for row in page.rows)


def test_a_user_is_found_by_address_whatever_it_was_then(owner: User) -> None:
    add(target_label="a", actor_id=owner.pk, actor_label="before@example.com")
    add(target_label="b", actor_id=owner.pk + 1, actor_label="gone@example.com")

    assert found({"actor": " Owner@example.com "}) == ["a"]
    assert found({"actor": "gone@example.com"}) == ["b"]
    assert found({"actor": "nobody@example.com"}) == []


def test_actions_are_found_one_by_one_and_by_group() -> None:
    add(target_label="a", action="link.created")
    add(target_label="b", action="link.banned")
    add(target_label="c", action="domain.added")

    assert found({"action": "link.banned"}) == ["b"]
    assert found({"action": "link.*"}) == ["a", "b"]


@pytest.mark.parametrize("word", ["nonsense", "link.%", "nonsense.*", "*", "' OR 1=1"])
def test_a_word_that_is_no_action_is_left_out(word: str) -> None:
    add(target_label="a")

    assert found({"action": word}) == ["a"]


@pytest.mark.parametrize(
    "text", ["go.example/spring", "https://go.example/spring", "http://go.example/spring?a=1", "link:7", "spring", " go.example/spring "]
)
def test_a_target_is_found_by_name_url_and_id(settings: Settings, text: str) -> None:
    settings.SHORT_DOMAIN = "go.example"
    add(target_type="link", target_id="7", target_label="go.example/spring")
    add(target_type="link", target_id="8", target_label="go.example/summer")

    assert found({"target": text}) == ["go.example/spring"]


def test_days_are_the_viewers_and_both_count() -> None:
    add(target_label="before", occurred_at=datetime(2026, 11, 22, 22, 59, tzinfo=UTC))
    add(target_label="first", occurred_at=datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    add(target_label="last", occurred_at=datetime(2026, 11, 23, 22, 59, tzinfo=UTC))
    add(target_label="after", occurred_at=datetime(2026, 11, 23, 23, 0, tzinfo=UTC))

    assert found({"from": "2026-11-23", "to": "2026-11-23"}, ZoneInfo("Europe/Berlin")) == ["first", "last"]


@pytest.mark.parametrize("day", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-23T00:00"])
def test_a_day_that_is_none_is_left_out(day: str) -> None:
    add(target_label="a")

    assert found({"from": day, "to": day}) == ["a"]


@pytest.mark.parametrize("name", ["actor", "target"])
def test_texts_that_the_database_cannot_hold_find_nothing(name: str) -> None:
    add(target_label="a")

    assert found({name: "a\0"}) == []
    assert found({name: "\udc80"}) == []


def test_a_filter_is_written_as_it_is_read() -> None:
    asked = AuditFilter.read({"actor": "a@b.c", "action": "link.*", "target": "x/ü&=", "from": "2026-01-01", "to": "2026-02-01"})

    query = dict(part.split("=") for part in asked.query.split("&"))
    assert query["target"] == "x%2F%C3%BC%26%3D"
    assert not asked.is_empty
    assert AuditFilter.read({}).is_empty


def test_pages_hold_every_row_once_also_where_times_are_the_same() -> None:
    for number in range(25):
        add(target_label=f"{number:02}", occurred_at=NOON + timedelta(seconds=number // 10))

    seen, after = [], ""
    while True:
        page = selectors.page(selectors.all_rows(), AuditFilter(), tz=UTC, after=after, size=4)
        seen += [row.target_label for row in page.rows]
        after = page.after
        if not after:
            break

    assert seen == [f"{number:02}" for number in reversed(range(25))]


def test_a_row_that_comes_meanwhile_moves_no_other() -> None:
    rows = [add(target_label=str(number), occurred_at=NOON + timedelta(seconds=number)) for number in range(4)]
    first = selectors.page(selectors.all_rows(), AuditFilter(), tz=UTC, size=2)
    add(target_label="new", occurred_at=NOON + timedelta(hours=1))

    second = selectors.page(selectors.all_rows(), AuditFilter(), tz=UTC, size=2, after=first.after)

    assert list(second.rows) == [rows[1], rows[0]]


@pytest.mark.parametrize("after", ["", "x", "1.", ".1", "1", "99999999999999999.1", "1.9999999999999999999", "²3.1", "-1.1"])
def test_a_place_that_is_none_is_the_first_page(after: str) -> None:
    row = add()

    assert list(selectors.page(selectors.all_rows(), AuditFilter(), tz=UTC, after=after).rows) == [row]


def test_a_page_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    add()

    with django_assert_num_queries(1):
        selectors.page(selectors.all_rows(), AuditFilter(), tz=UTC)


def test_all_rows_come_block_by_block() -> None:
    for number in range(5):
        add(occurred_at=NOON + timedelta(seconds=number))

    assert [len(block) for block in selectors.blocks(selectors.all_rows(), AuditFilter(), tz=UTC, size=2)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("fields", "query", "index"),
    [
        ({"workspace_id": 5}, {}, "audit_of_workspace"),
        ({}, {}, "audit_newest"),
        ({}, {"from": "2026-11-01"}, "audit_newest"),
        ({}, {"target": "link:7"}, "audit_of_target"),
        ({}, {"target": "https://go.example/7"}, "audit_of_label"),
        ({}, {"action": "link.banned"}, "audit_of_action"),
        ({}, {"actor": "owner@example.com"}, "audit_of_actor"),
    ],
)
def test_each_look_has_its_index(owner: User, fields: dict[str, int], query: dict[str, str], index: str) -> None:
    AuditLog.objects.bulk_create(
        AuditLog(
            action="link.created" if number % 100 else "link.banned",
            via="web",
            occurred_at=NOON - timedelta(minutes=number),
            workspace_id=number % 10,
            actor_id=owner.pk if number % 50 == 7 else 10_000 + number % 50,
            target_type="link",
            target_id=str(number % 500),
            target_label=f"go.example/{number % 500}",
        )
        for number in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_auditlog")

    with CaptureQueriesContext(connection) as captured:
        selectors.page(AuditLog.objects.filter(**fields), AuditFilter.read(query), tz=UTC, after=f"{int(NOON.timestamp())}000000.999")

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {captured.captured_queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
    # Of one thing there are so few rows that sorting them is cheaper.
    assert "Sort" not in plan or index == "audit_of_label", plan


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("owner", None),
        ("admin", None),
        ("editor", PermissionDenied),
        ("viewer", PermissionDenied),
        ("stranger", NotFound),
        ("inactive", NotFound),
    ],
)
def test_only_owners_and_admins_see_what_was_done_in_a_workspace(cast: Cast, name: str, refusal: type[Exception] | None) -> None:
    row = add(workspace_id=cast.workspace.pk)
    add(workspace_id=cast.stranger.personal_workspace.pk)
    look: Callable[[], list[AuditLog]] = lambda: list(selectors.rows_of_workspace(cast.actor(name), cast.workspace))  # noqa: E731

    if refusal is None:
        assert look() == [row]
    else:
        with pytest.raises(refusal):
            look()


def test_an_account_has_what_was_done_to_it(owner: User, workspace: Workspace, stranger: User) -> None:
    own = add(target_type="user", target_id=str(owner.pk))
    add(target_type="user", target_id=str(stranger.pk), actor_id=owner.pk)
    add(target_type="workspace", target_id=str(owner.pk))

    assert list(selectors.rows_of_account(owner)) == [own]
