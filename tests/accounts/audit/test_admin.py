"""The audit log in the back office."""

import csv
import io

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.groups import ADMIN, MODERATOR
from apps.accounts.models import AuditLog, User, Workspace
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_auditlog_changelist")
EXPORT = reverse("admin:accounts_auditlog_export")


def staff(group: str) -> User:
    user = make_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def office(logged_in: LogIn) -> Client:
    return logged_in(staff(MODERATOR))


def text_of(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_moderators_see_everything_that_was_done(office: Client, owner: User, workspace: Workspace) -> None:
    record(action=AuditAction.WORKSPACE_UPDATED, actor=owner, target=workspace, before={"name": "Old"}, after={"name": "Team"})

    page = text_of(office, LIST)

    assert "Workspace edited" in page
    assert "owner@example.com" in page
    assert "<del>" in page
    assert "Old" in page


def test_the_list_can_be_filtered(office: Client, owner: User) -> None:
    record(action=AuditAction.LINK_BANNED, actor=owner, target_label="go.example/bad")
    record(action=AuditAction.LINK_CREATED, actor=owner, target_label="go.example/new")

    page = text_of(office, LIST, action="link.banned")

    assert "go.example/bad" in page
    assert "go.example/new" not in page


def test_it_pages_by_the_last_row_seen(office: Client) -> None:
    AuditLog.objects.bulk_create(AuditLog(action="link.created", via="web", target_label=f"<{number}>") for number in range(51))

    first = office.get(LIST)
    second = office.get(LIST, {"after": first.context["page"].after})

    assert [len(answer.context["rows"]) for answer in (first, second)] == [50, 1]
    assert "Older" not in second.content.decode()
    assert "Newest" in second.content.decode()


def test_what_is_recorded_is_text_and_never_markup(office: Client) -> None:
    hostile = "<script>alert(1)</script>"
    record(action=AuditAction.LOG_IN_FAILED, actor=None, target_label=hostile, before={hostile: hostile}, after={hostile: hostile})

    assert "<script>alert" not in text_of(office, LIST)


@pytest.mark.parametrize("group", [MODERATOR, ADMIN])
def test_nobody_adds_changes_or_deletes_a_row(logged_in: LogIn, group: str) -> None:
    record(action=AuditAction.LINK_CREATED, actor=None)
    row = AuditLog.objects.get()
    client = logged_in(staff(group))

    answers = [
        client.get(reverse("admin:accounts_auditlog_add")),
        client.post(reverse("admin:accounts_auditlog_change", args=[row.pk]), {"action": "x"}),
        client.post(reverse("admin:accounts_auditlog_delete", args=[row.pk]), {"post": "yes"}),
        client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}),
    ]

    assert [answer.status_code for answer in answers[:3]] == [403] * 3
    assert AuditLog.objects.get().action == "link.created"


def test_a_single_row_can_be_looked_at(office: Client) -> None:
    record(action=AuditAction.LINK_CREATED, actor=None, after={"title": "Spring"})

    page = text_of(office, reverse("admin:accounts_auditlog_change", args=[AuditLog.objects.get().pk]))

    assert "Spring" in page
    assert 'name="_save"' not in page


def test_people_without_the_permission_see_nothing(logged_in: LogIn) -> None:
    client = logged_in(make_user("staff", is_staff=True))

    assert client.get(LIST).status_code == 403
    assert client.get(EXPORT).status_code == 403


def test_all_of_it_can_be_taken_away(office: Client, owner: User) -> None:
    record(action=AuditAction.LINK_UPDATED, actor=owner, target_label="go.example/a", before={"title": "a"}, after={"title": "b"})

    answer = office.get(EXPORT)

    assert answer.headers["Content-Disposition"] == f'attachment; filename="audit-log-{timezone.localdate()}.csv"'
    [row] = csv.DictReader(io.StringIO(b"".join(answer).decode(), newline=""))
    assert (row["actor"], row["action"], row["target"]) == ("owner@example.com", "link.updated", "go.example/a")
    assert (row["before"], row["after"]) == ('{"title": "a"}', '{"title": "b"}')
