"""Who may do what. Every edge asks here; nothing else compares roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import Membership, Role, User, Workspace
from apps.common.errors import NotFound, PermissionDenied


@dataclass(frozen=True, slots=True)
class BackOffice:
    """`user` at work in the back office, where the permissions of Django's admin hold for the links
    of every workspace. Only the admin acts in this capacity: on all other pages staff are like others."""

    user: User

    @property
    def pk(self) -> int:
        return self.user.pk


Actor: TypeAlias = User | AnonymousUser | BackOffice


class Action(StrEnum):
    LINK_VIEW = "link.view"
    LINK_CREATE = "link.create"
    LINK_EDIT = "link.edit"
    LINK_DELETE = "link.delete"
    LINK_MODERATE = "link.moderate"
    ANALYTICS_VIEW = "analytics.view"
    # Single clicks, with all that is known of each visitor.
    CLICKS_EXPORT = "clicks.export"
    DOMAIN_MANAGE = "domain.manage"
    AUDIT_VIEW = "audit.view"


_VIEWER = frozenset({Action.LINK_VIEW, Action.ANALYTICS_VIEW})
_EDITOR = _VIEWER | {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE}
_ALLOWED: Mapping[str, frozenset[Action]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: _EDITOR | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW},
    Role.OWNER: _EDITOR | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW, Action.DOMAIN_MANAGE},
}
# The permission of Django's admin that each action in the back office needs; others are not for it.
_BACK_OFFICE: Mapping[Action, str] = {
    Action.LINK_VIEW: "links.view_link",
    Action.LINK_CREATE: "links.add_link",
    Action.LINK_EDIT: "links.change_link",
    Action.LINK_DELETE: "links.delete_link",
    Action.DOMAIN_MANAGE: "links.change_domain",
    Action.AUDIT_VIEW: "accounts.view_auditlog",
    # Of the groups, moderators have it and people who only look have not.
    Action.LINK_MODERATE: "links.change_link",
}


class InWorkspace(Protocol):
    """Anything that belongs to a workspace: a link, a tag."""

    workspace_id: int


def visible_workspaces(actor: Actor, action: Action) -> QuerySet[Workspace]:
    """Workspaces in which `actor` may do `action`; none for the anonymous and the inactive."""
    if isinstance(actor, BackOffice):
        return Workspace.objects.all() if action in _office_actions(actor.user) else Workspace.objects.none()
    if not actor.is_authenticated or not actor.is_active:
        return Workspace.objects.none()
    roles = [role for role, actions in _ALLOWED.items() if action in actions]
    return Workspace.objects.filter(memberships__user=actor, memberships__role__in=roles)


def may(actor: Actor, action: Action, resource: InWorkspace) -> bool:
    """Whether `actor` may do `action` to `resource`."""
    return action in allowed_actions(actor, resource.workspace_id)


def allowed_actions(actor: Actor, workspace_id: int) -> frozenset[Action]:
    """All that `actor` may do in a workspace, in one query; pages ask once and not for each button.

    Only members may do anything, but for the back office.
    """
    if isinstance(actor, BackOffice):
        return _office_actions(actor.user)
    if not actor.is_authenticated or not actor.is_active:
        return frozenset()
    role = Membership.objects.filter(user=actor, workspace=workspace_id).values_list("role", flat=True).first()
    return _ALLOWED.get(role, frozenset()) if role else frozenset()


def require(actor: Actor, action: Action, resource: InWorkspace) -> None:
    """Pass if `actor` may do `action` to `resource`.

    Raises NotFound when the actor may not even know of it, PermissionDenied when it may only look.
    """
    allowed = allowed_actions(actor, resource.workspace_id)
    if action in allowed:
        return
    if allowed:
        raise PermissionDenied(_("Your role in this workspace does not allow this."))
    raise NotFound(_("There is no such thing here."))


def require_in_workspace(actor: Actor, action: Action, workspace: Workspace) -> None:
    """The same for something that is yet to be made in `workspace`."""
    require(actor, action, _Member(workspace.pk))


def _office_actions(user: User) -> frozenset[Action]:
    """What `user` may do in the back office; `has_perm` is false for all who are not active."""
    if not user.is_staff:
        return frozenset()
    return frozenset(action for action, permission in _BACK_OFFICE.items() if user.has_perm(permission))


class _Member:
    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
