"""The audit log among the pages of one's account."""

import csv
import io
from typing import Any

import orjson
import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.context import Origin, Via, coming_from
from apps.accounts.audit.recording import record
from apps.accounts.models import AuditLog, User, Workspace
from tests.cast import Cast, LogIn
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db

LOG = reverse("audit:log")
EXPORT = reverse("audit:export")


@pytest.fixture
def browser(logged_in: LogIn, owner: User) -> Client:
    return logged_in(owner)


def page_of(client: Client, **query: str) -> str:
    answer = client.get(LOG, query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(client: Client, **query: str) -> list[dict[str, str]]:
    answer = client.get(EXPORT, query)
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode(), newline="")))


def test_an_account_shows_what_was_done_to_it(browser: Client, owner: User, workspace: Workspace) -> None:
    with coming_from(Origin(via=Via.WEB, address="192.0.2.7")):
        record(action=AuditAction.LOGGED_IN, actor=owner, target=owner)
        record(action=AuditAction.WORKSPACE_UPDATED, actor=owner, target=workspace)

    page = page_of(browser)

    assert "Logged in</strong>" in page
    assert "192.0.2.7" in page
    assert "Workspace edited</strong>" not in page


def test_a_workspace_shows_what_was_done_in_it(browser: Client, owner: User, workspace: Workspace) -> None:
    record(action=AuditAction.WORKSPACE_UPDATED, actor=owner, target=workspace, before={"name": "Old name"}, after={"name": "Team"})

    page = page_of(browser, workspace=str(workspace.public_id))

    assert "Workspace edited</strong>" in page
    assert "Old name</del>" in page


@pytest.mark.parametrize("name", ["editor", "viewer", "stranger"])
@pytest.mark.parametrize("url", [LOG, EXPORT])
def test_another_ones_workspace_answers_like_a_missing_one(cast: Cast, logged_in: LogIn, name: str, url: str) -> None:
    client = logged_in(getattr(cast, name))

    answers = [client.get(url, {"workspace": key}) for key in (str(cast.workspace.public_id), "00000000-0000-4000-8000-000000000000", "x")]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_only_workspaces_that_one_may_look_into_are_offered(cast: Cast, logged_in: LogIn) -> None:
    assert str(cast.workspace.public_id) in page_of(logged_in(cast.admin))
    assert str(cast.workspace.public_id) not in page_of(logged_in(cast.editor))


@pytest.mark.parametrize("url", [LOG, EXPORT])
def test_people_who_are_not_logged_in_are_sent_to_log_in(url: str) -> None:
    assert reverse("account_login") in Client().get(url).headers["Location"]


@pytest.mark.parametrize("url", [LOG, EXPORT])
def test_looking_changes_nothing(browser: Client, url: str) -> None:
    assert browser.post(url).status_code == 405


def test_who_of_the_staff_did_something_is_not_told(browser: Client, owner: User, stranger: User) -> None:
    with coming_from(Origin(via=Via.ADMIN, address="192.0.2.9", request_id="f00")):
        record(action=AuditAction.USER_DEACTIVATED, actor=stranger, target=owner)

    page = page_of(browser)
    [row] = rows_of(browser)

    assert "Staff of this site" in page
    for secret in ("stranger@example.com", "192.0.2.9", "f00"):
        assert secret not in page
        assert secret not in row.values()


def test_filters_stay_in_the_fields_and_in_links(browser: Client, workspace: Workspace) -> None:
    AuditLog.objects.bulk_create(AuditLog(action="link.created", via="web", workspace_id=workspace.pk) for _ in range(51))

    page = page_of(browser, workspace=str(workspace.public_id), action="link.*")

    assert '<option value="link.*" selected>' in page
    assert f"?workspace={workspace.public_id}&amp;action=link.%2A&amp;after=" in page


def test_a_page_costs_the_same_however_much_was_done(
    browser: Client, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    AuditLog.objects.bulk_create(AuditLog(action="link.created", via="web", workspace_id=workspace.pk) for _ in range(60))
    page_of(browser)

    # The user, the workspace that is chosen, the right to look, the rows, the workspaces to choose from.
    with django_assert_num_queries(5):
        page_of(browser, workspace=str(workspace.public_id))


def test_what_was_recorded_is_text_and_never_markup(browser: Client, owner: User) -> None:
    for hostile in orjson.loads((shared_data("naughty-strings") / "blns.json").read_bytes())[:200]:
        record(action=AuditAction.USER_UPDATED, actor=owner, target=owner, before={"full_name": ""}, after={"full_name": hostile})

    for after in ("", browser.get(LOG).context["page"].after):
        page = page_of(browser, after=after)
        assert "<script>alert" not in page.lower()
        assert "<img src" not in page.lower()


def test_a_file_of_it_does_nothing_in_a_spreadsheet(browser: Client, owner: User) -> None:
    hostile = [case["value"] for case in orjson.loads((shared_data("attack-vectors") / "csv-cells.json").read_bytes())]
    for value in hostile:
        record(action=AuditAction.USER_UPDATED, actor=owner, target=owner, target_label=value or "-")

    rows = rows_of(browser)

    assert len(rows) == len(hostile)
    assert not [
        cell for row in rows for cell in row.values() if cell.strip(" \ufeff\u202e")[:1] in {"=", "+", "-", "@", "\t", "\r", "\0"} and cell
    ]


def test_a_file_holds_more_than_a_page(browser: Client, owner: User) -> None:
    AuditLog.objects.bulk_create(
        AuditLog(action="user.logged_in", via="web", target_type="user", target_id=str(owner.pk)) for _ in range(1_200)
    )

    assert len(rows_of(browser)) == 1_200
    assert browser.head(EXPORT).content == b""


@pytest.mark.django_db(transaction=True)
def test_a_server_for_asgi_sends_the_same_file(owner: User) -> None:
    record(action=AuditAction.LOGGED_IN, actor=owner, target=owner)
    client = AsyncClient()

    async def fetch() -> bytes:
        await client.aforce_login(owner)
        answer: Any = await client.get(EXPORT)
        return b"".join([piece async for piece in answer])

    assert async_to_sync(fetch)().count(b"user.logged_in") == 1
