"""What staff do in the back office leaves rows behind."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.audit.staff import Recorded
from apps.accounts.groups import MODERATOR
from apps.accounts.models import AuditLog, Membership, RateLimitPolicy, Role, User, Workspace
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.com", "x")


@pytest.fixture
def office(logged_in: LogIn, root: User) -> Client:
    return logged_in(root)


def rows() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [(row.action, row.before, row.after) for row in AuditLog.objects.order_by("id")]


def change(office: Client, model: str, pk: int, **fields: Any) -> None:
    answer = office.post(reverse(f"admin:accounts_{model}_change", args=[pk]), fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def test_every_page_of_the_back_office_is_watched() -> None:
    assert all(isinstance(page, Recorded) for page in admin.site._registry.values())


def test_rights_given_to_a_user_are_recorded(office: Client, root: User, stranger: User) -> None:
    moderators = Group.objects.get(name=MODERATOR)

    change(office, "user", stranger.pk, full_name="Ann", is_active="on", is_staff="on", groups=[moderators.pk])

    assert rows() == [
        ("user.updated", {"full_name": ""}, {"full_name": "Ann"}),
        ("user.rights_changed", {"is_staff": False, "groups": []}, {"is_staff": True, "groups": ["moderator"]}),
    ]
    row = AuditLog.objects.filter(action="user.rights_changed").get()
    assert (row.actor_id, row.target_label, row.via, row.address) == (root.pk, "stranger@example.com", "admin", "127.0.0.1")
    assert len(row.request_id) == 32


def test_an_account_that_is_closed_and_opened_is_recorded(office: Client, stranger: User) -> None:
    change(office, "user", stranger.pk)
    change(office, "user", stranger.pk, is_active="on")

    assert rows() == [
        ("user.deactivated", {"is_active": True}, {"is_active": False}),
        ("user.activated", {"is_active": False}, {"is_active": True}),
    ]
    stranger.refresh_from_db()
    assert stranger.token_version == 1


def test_a_page_saved_without_a_change_leaves_nothing(office: Client, stranger: User) -> None:
    change(office, "user", stranger.pk, is_active="on")

    assert rows() == []


def test_a_user_made_by_staff_is_recorded_without_the_password(office: Client) -> None:
    password = "Correct horse battery 4"
    fields = {"email": "new@example.com", "usable_password": "true", "password1": password, "password2": password}

    office.post(reverse("admin:accounts_user_add"), fields)

    [(action, before, after)] = rows()
    assert (action, before, after["email"]) == ("user.created", {}, "new@example.com")
    assert password not in str(after)


def test_a_password_set_by_staff_is_recorded(office: Client, stranger: User) -> None:
    password = "Correct horse battery 4"

    office.post(reverse("admin:auth_user_password_change", args=[stranger.pk]), {"password1": password, "password2": password})

    assert rows() == [("user.password_changed", {}, {})]
    stranger.refresh_from_db()
    assert stranger.token_version == 1


def test_limits_are_recorded_from_making_to_deletion(office: Client, stranger: User) -> None:
    fields = {"endpoint_class": "api", "user": stranger.pk, "capacity": 5, "per_seconds": 60}
    office.post(reverse("admin:accounts_ratelimitpolicy_add"), fields)
    policy = RateLimitPolicy.objects.get()
    change(office, "ratelimitpolicy", policy.pk, **(fields | {"capacity": 9, "user": ""}))
    office.post(reverse("admin:accounts_ratelimitpolicy_delete", args=[policy.pk]), {"post": "yes"})

    assert rows() == [
        ("rate_limit.created", {}, {"endpoint_class": "api", "user": "stranger@example.com", "capacity": 5}),
        ("rate_limit.updated", {"user": "stranger@example.com", "capacity": 5}, {"user": None, "capacity": 9}),
        ("rate_limit.deleted", {}, {}),
    ]


def test_several_deleted_at_once_have_a_row_each(office: Client, workspace: Workspace) -> None:
    members = [Membership.objects.create(user=make_user(name), workspace=workspace, role=Role.VIEWER) for name in ("ann", "bob")]
    chosen = {"action": "delete_selected", "_selected_action": [member.pk for member in members], "post": "yes"}

    office.post(reverse("admin:accounts_membership_changelist"), chosen)

    assert not Membership.objects.filter(workspace=workspace).exists()
    assert [row[0] for row in rows()] == ["member.removed"] * 2
    assert set(AuditLog.objects.values_list("workspace_id", flat=True)) == {workspace.pk}


def test_a_role_changed_beside_its_workspace_is_recorded(office: Client, workspace: Workspace, owner: User) -> None:
    member = Membership.objects.get(workspace=workspace, user=owner)
    fields = {
        "name": "Group",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": member.pk,
        "memberships-0-workspace": workspace.pk,
        "memberships-0-role": "viewer",
    }

    change(office, "workspace", workspace.pk, **fields)

    assert rows() == [
        ("workspace.updated", {"name": "Team"}, {"name": "Group"}),
        ("member.role_changed", {"role": "owner"}, {"role": "viewer"}),
    ]
