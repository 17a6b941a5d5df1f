"""Workspaces and members: who may change what, and what stays true whatever is changed."""

from datetime import UTC, datetime

import pytest

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces import members, selectors, services
from apps.accounts.workspaces.errors import WorkspaceRefused
from apps.common.errors import NotFound, PermissionDenied
from apps.links import services as links
from apps.links.emptying import PURGED_URL
from apps.links.errors import CodeTaken
from apps.links.models import Link
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def membership(cast: Cast, user: User) -> Membership:
    return Membership.objects.get(workspace=cast.workspace, user=user)


def role_of(cast: Cast, user: User) -> str | None:
    return Membership.objects.filter(workspace=cast.workspace, user=user).values_list("role", flat=True).first()


def refusal(call: object) -> str:
    assert isinstance(call, pytest.ExceptionInfo)
    code: str = call.value.code
    return code


def recorded() -> list[str]:
    return list(AuditLog.objects.order_by("pk").values_list("action", flat=True))


def test_who_makes_a_workspace_owns_it(stranger: User) -> None:
    workspace = services.create_workspace(actor=stranger, name="  Sales \n team ")

    assert workspace.name == "Sales team"
    assert list(workspace.memberships.values_list("user", "role")) == [(stranger.pk, Role.OWNER)]
    assert recorded() == [AuditAction.WORKSPACE_CREATED]


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\u202eb"])
def test_a_workspace_needs_a_name_that_can_be_read(stranger: User, name: str) -> None:
    with pytest.raises(WorkspaceRefused) as caught:
        services.create_workspace(actor=stranger, name=name)

    assert refusal(caught) == "name_required"


def test_admins_rename_and_editors_do_not(cast: Cast) -> None:
    services.rename_workspace(actor=cast.admin, workspace=cast.workspace, name="Others")

    assert Workspace.objects.get(pk=cast.workspace.pk).name == "Others"
    with pytest.raises(PermissionDenied):
        services.rename_workspace(actor=cast.editor, workspace=cast.workspace, name="Mine")
    with pytest.raises(NotFound):
        services.rename_workspace(actor=cast.stranger, workspace=cast.workspace, name="Mine")


def test_a_new_role_holds_at_once_and_is_recorded(cast: Cast) -> None:
    members.change_role(actor=cast.admin, membership=membership(cast, cast.editor), role=Role.VIEWER)

    assert Action.LINK_EDIT not in policy.allowed_actions(cast.editor, cast.workspace.pk)
    row = AuditLog.objects.get()
    assert (row.action, row.before, row.after) == (AuditAction.MEMBER_ROLE_CHANGED, {"role": "editor"}, {"role": "viewer"})
    assert row.workspace_id == cast.workspace.pk


def test_nobody_is_made_an_owner_by_a_change_of_role(cast: Cast) -> None:
    for actor in (cast.owner, cast.admin):
        with pytest.raises(WorkspaceRefused) as caught:
            members.change_role(actor=actor, membership=membership(cast, cast.editor), role=Role.OWNER)
        assert refusal(caught) == "owner_role"


def test_an_admin_touches_no_owner(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        members.change_role(actor=cast.admin, membership=membership(cast, cast.owner), role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        members.remove_member(actor=cast.admin, membership=membership(cast, cast.owner))
    with pytest.raises(PermissionDenied):
        members.transfer_ownership(actor=cast.admin, membership=membership(cast, cast.admin))


@pytest.mark.parametrize("name", ["editor", "viewer"])
def test_editors_and_viewers_change_no_members(cast: Cast, name: str) -> None:
    actor = cast.actor(name)
    assert isinstance(actor, User)
    with pytest.raises(PermissionDenied):
        members.change_role(actor=actor, membership=membership(cast, actor), role=Role.ADMIN)
    with pytest.raises(PermissionDenied):
        members.remove_member(actor=actor, membership=membership(cast, cast.viewer))


def test_a_stranger_learns_nothing_of_members(cast: Cast) -> None:
    with pytest.raises(NotFound):
        members.change_role(actor=cast.stranger, membership=membership(cast, cast.viewer), role=Role.ADMIN)
    with pytest.raises(NotFound):
        selectors.get_workspace(actor=cast.stranger, public_id=cast.workspace.public_id)
    with pytest.raises(NotFound):
        members.leave(actor=cast.stranger, workspace=cast.workspace)


def test_the_last_owner_neither_goes_nor_steps_down(cast: Cast) -> None:
    own = membership(cast, cast.owner)
    for attempt in (
        lambda: members.change_role(actor=cast.owner, membership=own, role=Role.ADMIN),
        lambda: members.remove_member(actor=cast.owner, membership=own),
        lambda: members.leave(actor=cast.owner, workspace=cast.workspace),
    ):
        with pytest.raises(WorkspaceRefused) as caught:
            attempt()
        assert refusal(caught) == "last_owner"


def test_an_owner_whose_account_is_closed_does_not_count(cast: Cast) -> None:
    Membership.objects.filter(workspace=cast.workspace, user=cast.inactive).update(role=Role.OWNER)

    with pytest.raises(WorkspaceRefused):
        members.leave(actor=cast.owner, workspace=cast.workspace)


def test_who_is_removed_is_out_at_once_and_their_links_stay(cast: Cast) -> None:
    link = links.create_link(actor=cast.editor, workspace=cast.workspace, destination_url="https://example.com/", now=NOW)
    members.remove_member(actor=cast.admin, membership=membership(cast, cast.editor))

    assert policy.allowed_actions(cast.editor, cast.workspace.pk) == frozenset()
    assert Link.objects.get(pk=link.pk).workspace_id == cast.workspace.pk
    assert recorded()[-1] == AuditAction.MEMBER_REMOVED


def test_members_may_leave(cast: Cast) -> None:
    members.leave(actor=cast.viewer, workspace=cast.workspace)

    assert role_of(cast, cast.viewer) is None
    assert recorded() == [AuditAction.MEMBER_LEFT]


@pytest.mark.parametrize(("stay_owner", "role"), [(False, Role.ADMIN), (True, Role.OWNER)])
def test_ownership_goes_to_an_admin(cast: Cast, stay_owner: bool, role: Role) -> None:
    members.transfer_ownership(actor=cast.owner, membership=membership(cast, cast.admin), stay_owner=stay_owner)

    assert (role_of(cast, cast.admin), role_of(cast, cast.owner)) == (Role.OWNER, role)
    assert recorded() == [AuditAction.OWNERSHIP_TRANSFERRED]


def test_ownership_goes_to_nobody_else(cast: Cast) -> None:
    for other in (cast.editor, cast.viewer, cast.owner, cast.inactive):
        with pytest.raises(WorkspaceRefused) as caught:
            members.transfer_ownership(actor=cast.owner, membership=membership(cast, other))
        assert refusal(caught) == "not_an_admin"


def test_of_two_owners_one_may_go(cast: Cast) -> None:
    members.transfer_ownership(actor=cast.owner, membership=membership(cast, cast.admin), stay_owner=True)
    members.leave(actor=cast.owner, workspace=cast.workspace)

    assert role_of(cast, cast.owner) is None


def test_a_personal_workspace_stays_what_it_is(stranger: User) -> None:
    own = stranger.personal_workspace
    its = own.memberships.get()
    for attempt in (
        lambda: members.change_role(actor=stranger, membership=its, role=Role.VIEWER),
        lambda: members.remove_member(actor=stranger, membership=its),
        lambda: members.leave(actor=stranger, workspace=own),
        lambda: members.transfer_ownership(actor=stranger, membership=its),
        lambda: services.delete_workspace(actor=stranger, workspace=own, confirmation=own.name, now=NOW),
    ):
        with pytest.raises(WorkspaceRefused) as caught:
            attempt()
        assert refusal(caught) == "personal_workspace"


def test_only_the_owner_deletes_and_only_by_name(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        services.delete_workspace(actor=cast.admin, workspace=cast.workspace, confirmation="Team", now=NOW)
    with pytest.raises(WorkspaceRefused) as caught:
        services.delete_workspace(actor=cast.owner, workspace=cast.workspace, confirmation="team", now=NOW)

    assert refusal(caught) == "name_mismatch"


def test_a_deleted_workspace_is_shut_at_once_and_its_codes_stay_taken(cast: Cast) -> None:
    link = links.create_link(actor=cast.editor, workspace=cast.workspace, destination_url="https://example.com/", code="kept-1", now=NOW)
    services.delete_workspace(actor=cast.owner, workspace=cast.workspace, confirmation=" Team ", now=NOW)

    assert policy.allowed_actions(cast.owner, cast.workspace.pk) == frozenset()
    assert services.erase_deleted(now=NOW) == 1
    assert services.erase_deleted(now=NOW) == 0
    left = Link.objects.get(pk=link.pk)
    assert (left.code, left.destination_url, left.is_active) == ("kept-1", PURGED_URL, False)
    assert Workspace.objects.get(pk=cast.workspace.pk).name == "—"
    with pytest.raises(CodeTaken):
        links.create_link(
            actor=cast.stranger,
            workspace=cast.stranger.personal_workspace,
            destination_url="https://example.com/",
            code="kept-1",
            now=NOW,
        )


def test_the_personal_workspace_is_listed_first(cast: Cast) -> None:
    names = [(item.workspace_id, item.role) for item in selectors.memberships_of(cast.viewer)]

    assert names == [(cast.viewer.personal_workspace.pk, "owner"), (cast.workspace.pk, "viewer")]


def test_members_are_listed_by_role_then_by_address(cast: Cast) -> None:
    listed = [item.role for item in selectors.list_members(actor=cast.viewer, workspace=cast.workspace)]

    assert listed == ["owner", "admin", "editor", "editor", "viewer"]
