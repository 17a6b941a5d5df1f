"""Who may do what. Every edge asks here; nothing else compares roles."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
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


class Scope(StrEnum):
    """What an API key or token may be used for, at most: it narrows what the role allows."""

    LINKS_READ = "links:read"
    LINKS_CREATE = "links:create"
    LINKS_WRITE = "links:write"
    ANALYTICS_READ = "analytics:read"
    CLICKS_EXPORT = "clicks:export"
    DOMAINS_WRITE = "domains:write"
    MEMBERS_READ = "members:read"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiActor:
    """`user` at work through the API, with no more than `scopes` allow; where ids are given, in one workspace
    or with links of one domain only.

    Who came with an API key has its id in `key_id`, and in `valid_until` when it expires: keys that it makes end no later.
    """

    user: User
    scopes: frozenset[Scope]
    workspace_id: int | None = None
    domain_id: int | None = None
    key_id: int | None = None
    valid_until: datetime | None = None

    @property
    def pk(self) -> int:
        return self.user.pk


Actor: TypeAlias = User | AnonymousUser | BackOffice | ApiActor


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
    # All links of a workspace as a file.
    LINKS_EXPORT = "links.export"
    MEMBERS_VIEW = "members.view"
    # Invitations, too. Who is or becomes an owner takes OWNERS_MANAGE besides.
    MEMBERS_MANAGE = "members.manage"
    OWNERS_MANAGE = "owners.manage"
    WORKSPACE_EDIT = "workspace.edit"
    WORKSPACE_DELETE = "workspace.delete"
    # One's own keys; those of all members.
    KEY_CREATE = "key.create"
    KEYS_MANAGE = "keys.manage"


_VIEWER = frozenset({Action.LINK_VIEW, Action.ANALYTICS_VIEW, Action.MEMBERS_VIEW, Action.KEY_CREATE})
_EDITOR = _VIEWER | {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE, Action.LINKS_EXPORT}
_ADMIN = _EDITOR | {Action.CLICKS_EXPORT, Action.AUDIT_VIEW, Action.MEMBERS_MANAGE, Action.WORKSPACE_EDIT, Action.KEYS_MANAGE}
_ALLOWED: Mapping[str, frozenset[Action]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Action.DOMAIN_MANAGE, Action.OWNERS_MANAGE, Action.WORKSPACE_DELETE},
}
_LINKS_READ = frozenset({Action.LINK_VIEW, Action.LINKS_EXPORT})
_WITHIN: Mapping[Scope, frozenset[Action]] = {
    Scope.LINKS_READ: _LINKS_READ,
    Scope.LINKS_CREATE: frozenset({Action.LINK_CREATE}),
    Scope.LINKS_WRITE: _LINKS_READ | {Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE},
    Scope.ANALYTICS_READ: frozenset({Action.ANALYTICS_VIEW}),
    Scope.CLICKS_EXPORT: frozenset({Action.ANALYTICS_VIEW, Action.CLICKS_EXPORT}),
    Scope.DOMAINS_WRITE: frozenset({Action.DOMAIN_MANAGE}),
    Scope.MEMBERS_READ: frozenset({Action.MEMBERS_VIEW}),
    Scope.AUDIT_READ: frozenset({Action.AUDIT_VIEW}),
    Scope.ADMIN: frozenset(Action),
}
# What who is bound to one domain may do to links of it, and to a workspace as a whole: lists leave out the rest
# (`bound_domain`), and sums would tell of it.
_ON_A_DOMAIN = frozenset(
    {Action.LINK_VIEW, Action.LINK_CREATE, Action.LINK_EDIT, Action.LINK_DELETE, Action.ANALYTICS_VIEW, Action.CLICKS_EXPORT}
)
_BESIDE_A_DOMAIN = frozenset({Action.LINK_VIEW, Action.LINK_CREATE})
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


def visible_workspaces(actor: Actor, action: Action, *, domain_id: int | None = None) -> QuerySet[Workspace]:
    """Workspaces in which `actor` may do `action`, with `domain_id` to links of this domain; none for the anonymous and the inactive."""
    if isinstance(actor, BackOffice):
        return Workspace.objects.all() if action in _office_actions(actor.user) else Workspace.objects.none()
    person = _person(actor)
    if person is None or not _narrowed(actor, {action}, domain_id):
        return Workspace.objects.none()
    workspaces = Workspace.objects.filter(memberships__user=person, memberships__role__in=roles_of(action))
    if isinstance(actor, ApiActor) and actor.workspace_id is not None:
        workspaces = workspaces.filter(pk=actor.workspace_id)
    return workspaces


def may(actor: Actor, action: Action, resource: InWorkspace) -> bool:
    """Whether `actor` may do `action` to `resource`."""
    return action in allowed_on(actor, resource)


def allowed_actions(actor: Actor, workspace_id: int) -> frozenset[Action]:
    """All that `actor` may do in a workspace, in one query; pages ask once and not for each button.

    Only members may do anything, but for the back office.
    """
    return _narrowed(actor, _by_role(actor, workspace_id))


def allowed_on(actor: Actor, resource: InWorkspace) -> frozenset[Action]:
    """All that `actor` may do to `resource`, in one query. Differs from `allowed_actions` for who is bound to a domain."""
    domain_id = getattr(resource, "domain_id", None)
    return _narrowed(actor, _by_role(actor, resource.workspace_id), domain_id)


def bound_domain(actor: Actor) -> int | None:
    """Id of the only domain whose links `actor` may know of; None for all. Lists of links leave out others."""
    return actor.domain_id if isinstance(actor, ApiActor) else None


def actions_within(scopes: Iterable[Scope]) -> frozenset[Action]:
    """All that `scopes` allow together, to whose role allows it."""
    return frozenset(chain.from_iterable(_WITHIN[scope] for scope in scopes))


def allow_on_a_domain(scopes: Iterable[Scope]) -> bool:
    """Whether `scopes` allow anything to who is bound to one domain."""
    return bool(actions_within(scopes) & _ON_A_DOMAIN)


def holds(actor: Actor, scopes: Iterable[Scope]) -> bool:
    """Whether `actor` may hand `scopes` on: people may hand on all, a key no more than its own allow."""
    return not isinstance(actor, ApiActor) or actions_within(scopes) <= actions_within(actor.scopes)


def within_scopes(actor: Actor, action: Action) -> bool:
    """Whether the scopes of `actor` cover `action`, whatever its role: those of people cover all."""
    return not isinstance(actor, ApiActor) or action in actions_within(actor.scopes)


def require(actor: Actor, action: Action, resource: InWorkspace) -> None:
    """Pass if `actor` may do `action` to `resource`.

    Raises NotFound when the actor may not even know of it, PermissionDenied when it may do other things.
    """
    allowed = allowed_on(actor, resource)
    if action in allowed:
        return
    if allowed:
        raise PermissionDenied(_("Your role in this workspace does not allow this."))
    raise NotFound(_("There is no such thing here."))


def require_in_workspace(actor: Actor, action: Action, workspace: Workspace) -> None:
    """The same for something that is yet to be made in `workspace`."""
    require(actor, action, _Member(workspace.pk))


def _person(actor: User | AnonymousUser | ApiActor) -> User | None:
    """Whose role counts; None for nobody and for closed accounts."""
    user = actor.user if isinstance(actor, ApiActor) else actor
    return user if isinstance(user, User) and user.is_active else None


def _by_role(actor: Actor, workspace_id: int) -> frozenset[Action]:
    if isinstance(actor, BackOffice):
        return _office_actions(actor.user)
    person = _person(actor)
    if person is None or (isinstance(actor, ApiActor) and actor.workspace_id not in (None, workspace_id)):
        return frozenset()
    role = Membership.objects.filter(user=person, workspace=workspace_id).values_list("role", flat=True).first()
    return _ALLOWED.get(role, frozenset()) if role else frozenset()


def _narrowed(actor: Actor, actions: Set[Action], domain_id: int | None = None) -> frozenset[Action]:
    """What is left of `actions` for `actor` by its scopes and, for something on a domain, by its own domain."""
    if not isinstance(actor, ApiActor):
        return frozenset(actions)
    left = frozenset(actions) & actions_within(actor.scopes)
    if actor.domain_id is None:
        return left
    if domain_id is None:
        return left & _BESIDE_A_DOMAIN
    return left & _ON_A_DOMAIN if domain_id == actor.domain_id else frozenset()


def require_over_member(actor: Actor, membership: Membership) -> None:
    """Pass if `actor` may change or remove this member: owners are touched by owners alone. Raises like `require`."""
    require(actor, Action.MEMBERS_MANAGE, membership)
    if membership.role == Role.OWNER:
        require(actor, Action.OWNERS_MANAGE, membership)


def roles_of(action: Action) -> frozenset[str]:
    """The roles that allow `action`."""
    return frozenset(role for role, actions in _ALLOWED.items() if action in actions)


def _office_actions(user: User) -> frozenset[Action]:
    """What `user` may do in the back office; `has_perm` is false for all who are not active."""
    if not user.is_staff:
        return frozenset()
    return frozenset(action for action, permission in _BACK_OFFICE.items() if user.has_perm(permission))


class _Member:
    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
