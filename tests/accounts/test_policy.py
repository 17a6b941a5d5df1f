"""Who may do what: every role against every action."""

import pytest

from apps.accounts import policy
from apps.accounts.models import Membership, Workspace
from apps.accounts.policy import Action
from apps.common.errors import NotFound, PermissionDenied
from tests.cast import Cast

READ = {Action.LINK_VIEW, Action.ANALYTICS_VIEW}
WRITE = {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE}

ALLOWED = {
    "owner": READ | WRITE,
    "admin": READ | WRITE,
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


def test_everybody_may_do_everything_in_the_own_personal_workspace(cast: Cast) -> None:
    own = cast.stranger.personal_workspace

    assert policy.allowed_actions(cast.stranger, own.pk) == frozenset(Action)
    assert not policy.may(cast.owner, Action.LINK_VIEW, Thing(own))


def test_a_change_of_role_holds_at_once(cast: Cast) -> None:
    Membership.objects.filter(workspace=cast.workspace, user=cast.editor).update(role="viewer")

    assert not policy.may(cast.editor, Action.LINK_EDIT, Thing(cast.workspace))
    assert policy.may(cast.editor, Action.LINK_VIEW, Thing(cast.workspace))


def test_visible_workspaces_are_listed_once(cast: Cast) -> None:
    visible = policy.visible_workspaces(cast.owner, Action.LINK_VIEW)

    assert sorted(workspace.pk for workspace in visible) == sorted([cast.workspace.pk, cast.owner.personal_workspace.pk])
