"""Who may do what: every role against every action."""

import pytest
from django.contrib.auth.models import Group

from apps.accounts import groups, policy
from apps.accounts.models import Membership, User, Workspace
from apps.accounts.policy import Action, ApiActor, BackOffice, Scope
from apps.common.errors import NotFound, PermissionDenied
from tests.cast import Cast, make_user

WRITE = {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE}
VIEWER = {Action.LINK_VIEW, Action.ANALYTICS_VIEW, Action.MEMBERS_VIEW, Action.KEY_CREATE}
EDITOR = VIEWER | WRITE | {Action.LINKS_EXPORT}
ADMIN = EDITOR | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW, Action.MEMBERS_MANAGE, Action.WORKSPACE_EDIT, Action.KEYS_MANAGE}

ALLOWED = {
    "owner": ADMIN | {Action.DOMAIN_MANAGE, Action.OWNERS_MANAGE, Action.WORKSPACE_DELETE},
    "admin": ADMIN,
    "editor": EDITOR,
    "viewer": VIEWER,
    "stranger": set(),
    "inactive": set(),
    "anonymous": set(),
}
MATRIX = [(name, action) for name in ALLOWED for action in Action]


class Thing:
    """Something that belongs to a workspace."""

    def __init__(self, workspace: Workspace, domain_id: int | None = None) -> None:
        self.workspace_id = workspace.pk
        self.domain_id = domain_id


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


ALL = frozenset(Scope)


@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("scope", Scope)
def test_a_scope_never_widens_what_the_role_allows(cast: Cast, name: str, scope: Scope) -> None:
    user = cast.actor(name)
    if not isinstance(user, User):
        return
    allowed = policy.allowed_actions(ApiActor(user, frozenset({scope})), cast.workspace.pk)

    assert allowed <= ALLOWED[name]
    assert policy.allowed_actions(ApiActor(user, ALL), cast.workspace.pk) == ALLOWED[name]


SCOPES = {
    Scope.LINKS_READ: {Action.LINK_VIEW, Action.LINKS_EXPORT},
    Scope.LINKS_CREATE: {Action.LINK_CREATE},
    Scope.LINKS_WRITE: {Action.LINK_VIEW, Action.LINKS_EXPORT, *WRITE},
    Scope.ANALYTICS_READ: {Action.ANALYTICS_VIEW},
    Scope.CLICKS_EXPORT: {Action.ANALYTICS_VIEW, Action.CLICKS_EXPORT},
    Scope.DOMAINS_WRITE: {Action.DOMAIN_MANAGE},
    Scope.MEMBERS_READ: {Action.MEMBERS_VIEW},
    Scope.AUDIT_READ: {Action.AUDIT_VIEW},
    Scope.ADMIN: ALLOWED["owner"],
}


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_leaves_of_an_owners_rights_what_it_is_for(cast: Cast, scope: Scope) -> None:
    actor = ApiActor(cast.owner, frozenset({scope}))

    assert policy.allowed_actions(actor, cast.workspace.pk) == SCOPES[scope]
    for action in Action:
        visible = policy.visible_workspaces(actor, action).filter(pk=cast.workspace.pk).exists()
        assert visible is (action in SCOPES[scope])


def test_without_a_scope_there_is_nothing_to_see(cast: Cast) -> None:
    with pytest.raises(NotFound):
        policy.require(ApiActor(cast.owner, frozenset()), Action.LINK_VIEW, Thing(cast.workspace))


def test_who_is_bound_to_a_workspace_knows_of_no_other(cast: Cast) -> None:
    actor = ApiActor(cast.owner, ALL, workspace_id=cast.workspace.pk)

    assert list(policy.visible_workspaces(actor, Action.LINK_VIEW)) == [cast.workspace]
    assert policy.may(actor, Action.LINK_VIEW, Thing(cast.workspace))
    with pytest.raises(NotFound):
        policy.require(actor, Action.LINK_VIEW, Thing(cast.owner.personal_workspace))


def test_who_is_bound_to_a_workspace_needs_a_role_there(cast: Cast) -> None:
    actor = ApiActor(cast.stranger, ALL, workspace_id=cast.workspace.pk)

    assert not policy.visible_workspaces(actor, Action.LINK_VIEW).exists()
    assert policy.allowed_actions(actor, cast.workspace.pk) == frozenset()


def test_who_is_bound_to_a_domain_knows_of_no_link_elsewhere(cast: Cast) -> None:
    actor = ApiActor(cast.owner, ALL, domain_id=7)

    assert policy.bound_domain(actor) == 7
    assert policy.may(actor, Action.LINK_EDIT, Thing(cast.workspace, domain_id=7))
    with pytest.raises(NotFound):
        policy.require(actor, Action.LINK_VIEW, Thing(cast.workspace, domain_id=8))
    assert policy.allowed_actions(actor, cast.workspace.pk) == {Action.LINK_VIEW, Action.LINK_CREATE}


def test_a_closed_account_may_do_nothing_through_the_api(cast: Cast) -> None:
    assert policy.allowed_actions(ApiActor(cast.inactive, ALL), cast.workspace.pk) == frozenset()
