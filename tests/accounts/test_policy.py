"""Who may do what: every role against every action."""

import pytest
from django.contrib.auth.models import Group

from apps.accounts import groups, policy
from apps.accounts.models import Membership, Workspace
from apps.accounts.policy import Action, BackOffice
from apps.common.errors import NotFound, PermissionDenied
from tests.cast import Cast, make_user

READ = {Action.LINK_VIEW, Action.ANALYTICS_VIEW}
WRITE = {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE}

ALLOWED = {
    "owner": READ | WRITE | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW, Action.DOMAIN_MANAGE},
    "admin": READ | WRITE | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW},
    "editor": READ | WRITE,
    "viewer": READ,
    "stranger": set(),
    "inactive": set(),
    "anonymous": set(),
}
MATRIX = [(name, action) for name in ALLOWED for action in Action]


class Thing:
    """Something that belongs to a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace_id = workspace.pk


@pytest.mark.parametrize(("name", "action"), MATRIX)
def test_each_role_may_do_what_the_table_says(cast: Cast, name: str, action: Action) -> None:
    actor, thing = cast.actor(name), Thing(cast.workspace)
    allowed = action in ALLOWED[name]

    assert policy.may(actor, action, thing) is allowed
    assert (cast.workspace in policy.visible_workspaces(actor, action)) is allowed
    assert (action in policy.allowed_actions(actor, cast.workspace.pk)) is allowed


@pytest.mark.parametrize(("name", "action"), MATRIX)
def test_a_refusal_tells_only_members_that_the_thing_exists(cast: Cast, name: str, action: Action) -> None:
    actor, thing = cast.actor(name), Thing(cast.workspace)

    if action in ALLOWED[name]:
        policy.require(actor, action, thing)
        policy.require_in_workspace(actor, action, cast.workspace)
        return
    refusal = PermissionDenied if ALLOWED[name] else NotFound
    with pytest.raises(refusal):
        policy.require(actor, action, thing)
    with pytest.raises(refusal):
        policy.require_in_workspace(actor, action, cast.workspace)


def test_a_superuser_who_is_no_member_sees_nothing_outside_the_back_office(cast: Cast) -> None:
    cast.stranger.is_superuser = cast.stranger.is_staff = True
    cast.stranger.save(update_fields=["is_superuser", "is_staff"])

    assert not policy.may(cast.stranger, Action.LINK_VIEW, Thing(cast.workspace))


def test_everybody_may_do_everything_but_moderate_in_the_own_personal_workspace(cast: Cast) -> None:
    own = cast.stranger.personal_workspace

    assert policy.allowed_actions(cast.stranger, own.pk) == frozenset(Action) - {Action.LINK_MODERATE}
    assert not policy.may(cast.owner, Action.LINK_VIEW, Thing(own))


def test_a_change_of_role_holds_at_once(cast: Cast) -> None:
    Membership.objects.filter(workspace=cast.workspace, user=cast.editor).update(role="viewer")

    assert not policy.may(cast.editor, Action.LINK_EDIT, Thing(cast.workspace))
    assert policy.may(cast.editor, Action.LINK_VIEW, Thing(cast.workspace))


def test_visible_workspaces_are_listed_once(cast: Cast) -> None:
    visible = policy.visible_workspaces(cast.owner, Action.LINK_VIEW)

    assert sorted(workspace.pk for workspace in visible) == sorted([cast.workspace.pk, cast.owner.personal_workspace.pk])


OFFICE = {
    groups.MODERATOR: {Action.LINK_VIEW, Action.LINK_EDIT, Action.LINK_MODERATE, Action.AUDIT_VIEW},
    groups.ADMIN: {*WRITE, Action.LINK_VIEW, Action.LINK_MODERATE, Action.AUDIT_VIEW, Action.DOMAIN_MANAGE},
    "": set(),
}


@pytest.mark.parametrize("group", OFFICE)
@pytest.mark.parametrize("action", Action)
def test_in_the_back_office_the_permissions_of_the_group_hold_for_every_workspace(cast: Cast, group: str, action: Action) -> None:
    user = make_user("staff", is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    office, thing, allowed = BackOffice(user), Thing(cast.workspace), action in OFFICE[group]

    assert policy.may(office, action, thing) is allowed
    assert policy.visible_workspaces(office, action).filter(pk=cast.workspace.pk).exists() is allowed
    assert not policy.may(user, action, thing)


@pytest.mark.parametrize("closed", ["is_active", "is_staff"])
def test_who_does_not_work_there_any_more_may_do_nothing(cast: Cast, closed: str) -> None:
    user = make_user("staff", is_staff=True, is_superuser=True)
    setattr(user, closed, False)

    assert policy.allowed_actions(BackOffice(user), cast.workspace.pk) == frozenset()
