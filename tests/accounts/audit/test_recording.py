"""Rows of the audit log, and the lines beside them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.context import Origin, Via, coming_from, name_api_key
from apps.accounts.audit.recording import Entry, record, record_all
from apps.accounts.models import AuditLog, User, Workspace
from apps.accounts.policy import BackOffice
from apps.common.logs import JsonFormatter

pytestmark = pytest.mark.django_db


def test_a_row_says_who_did_what_to_what_and_from_where(owner: User, workspace: Workspace) -> None:
    with coming_from(Origin(via=Via.WEB, address="192.0.2.7", request_id="abc")):
        record(action=AuditAction.WORKSPACE_UPDATED, actor=owner, target=workspace, before={"name": "Team"}, after={"name": "Group"})

    row = AuditLog.objects.get()
    assert (row.actor_id, row.actor_label, row.action) == (owner.pk, "owner@example.com", "workspace.updated")
    assert (row.target_type, row.target_id, row.target_label) == ("workspace", str(workspace.pk), "Team")
    assert (row.workspace_id, row.before, row.after) == (workspace.pk, {"name": "Team"}, {"name": "Group"})
    assert (row.via, row.address, row.request_id, row.api_key_prefix) == ("web", "192.0.2.7", "abc", "")


def test_a_row_of_a_command_has_no_address(owner: User) -> None:
    record(action=AuditAction.USER_CREATED, actor=None, target=owner)

    row = AuditLog.objects.get()
    assert (row.actor_id, row.actor_label, row.via, row.address) == (None, "", "command", None)


def test_the_user_behind_an_actor_of_the_policy_is_named(owner: User) -> None:
    record(action=AuditAction.USER_CREATED, actor=BackOffice(owner))

    assert AuditLog.objects.get().actor_id == owner.pk


def test_a_key_that_let_somebody_in_is_named_for_the_rest_of_the_request(owner: User) -> None:
    with coming_from(Origin(via=Via.API)):
        name_api_key("sk_live_ab")
        record(action=AuditAction.LINK_CREATED, actor=owner)
    record(action=AuditAction.LINK_CREATED, actor=owner)

    assert list(AuditLog.objects.order_by("id").values_list("api_key_prefix", flat=True)) == ["sk_live_ab", ""]


def test_only_fields_that_differ_are_kept(owner: User) -> None:
    record(action=AuditAction.LINK_UPDATED, actor=owner, before={"title": "a", "code": "x"}, after={"title": "b", "code": "x", "new": 1})

    row = AuditLog.objects.get()
    assert (row.before, row.after) == ({"title": "a"}, {"title": "b", "new": 1})


@pytest.mark.parametrize("name", ["password", "password_hash", "client_secret", "token", "recovery_codes", "otp_seed"])
def test_values_of_secrets_are_left_out(owner: User, name: str) -> None:
    record(action=AuditAction.USER_UPDATED, actor=owner, before={name: ""}, after={name: "hunter2", "nested": {name: "hunter2"}})

    row = AuditLog.objects.get()
    assert "hunter2" not in json.dumps([row.before, row.after])
    assert row.after[name] == "•••"


def test_that_a_secret_is_set_may_be_said(owner: User) -> None:
    record(action=AuditAction.LINK_PASSWORD_SET, actor=owner, before={"password": False}, after={"password": True})

    assert AuditLog.objects.get().after == {"password": True}


def test_texts_that_the_database_cannot_hold_are_escaped(owner: User) -> None:
    record(action=AuditAction.LOG_IN_FAILED, actor=None, target_label="a\0b\udc80", after={"email": "x\0", "list": ["\ud800"]})

    row = AuditLog.objects.get()
    assert (row.target_label, row.after) == ("a\\x00b\\udc80", {"email": "x\\x00", "list": ["\\ud800"]})


def test_a_long_label_is_cut(owner: User) -> None:
    record(action=AuditAction.LOG_IN_FAILED, actor=None, target_label="\0" * 5_000)

    assert len(AuditLog.objects.get().target_label) == 300


@pytest.mark.parametrize(
    ("policy", "address", "kept"),
    [
        ("full", "192.0.2.7", "192.0.2.7"),
        ("truncated", "192.0.2.7", "192.0.2.0"),
        ("truncated", "2001:db8:1:2::3", "2001:db8:1::"),
        ("none", "192.0.2.7", None),
        ("full", "unix:", None),
    ],
)
def test_addresses_are_kept_as_the_setting_says(settings: Settings, owner: User, policy: str, address: str, kept: str | None) -> None:
    settings.AUDIT_ADDRESS_POLICY = policy

    with coming_from(Origin(address=address)):
        record(action=AuditAction.LOGGED_IN, actor=owner)

    assert AuditLog.objects.get().address == kept


def test_several_entries_take_one_query(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    entries = [Entry(action=AuditAction.LINK_DELETED, actor=owner, target_label=str(number)) for number in range(50)]

    with django_assert_num_queries(1):
        record_all(entries)

    assert AuditLog.objects.count() == 50


def test_what_is_rolled_back_was_not_done(owner: User) -> None:
    with transaction.atomic():
        record(action=AuditAction.LINK_DELETED, actor=owner)
        transaction.set_rollback(True)

    assert not AuditLog.objects.exists()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the log of its own has been told, as it is written."""
    found: list[str] = []
    formatter = JsonFormatter()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(formatter.format(record))

    handler = Handler()
    logging.getLogger("audit").addHandler(handler)
    yield found
    logging.getLogger("audit").removeHandler(handler)


def test_each_row_has_a_json_line_once_it_is_committed(
    owner: User, lines: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        record(action=AuditAction.LINK_DELETED, actor=owner, target_label="go.example/a")
    assert lines == []

    callbacks[0]()

    told: dict[str, Any] = json.loads(lines[0])
    assert (told["event"], told["actor"], told["target"]) == ("link.deleted", "owner@example.com", "go.example/a")
    assert told["id"] == AuditLog.objects.get().pk


def test_nothing_in_a_line_ends_it_or_moves_the_cursor(
    owner: User, lines: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    hostile = "a\r\n{}\x1b[2J\x7f\x9b1m\u202e\u2028"

    with django_capture_on_commit_callbacks(execute=True):
        record(action=AuditAction.LOG_IN_FAILED, actor=None, target_label=hostile, after={"email": hostile})

    [line] = lines
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["target"] == hostile


def test_a_row_stands_after_its_actor_is_gone(owner: User) -> None:
    record(action=AuditAction.LOGGED_IN, actor=owner)
    gone = owner.pk

    owner.delete()

    row = AuditLog.objects.get()
    assert (row.actor_id, row.actor_label) == (gone, "owner@example.com")
