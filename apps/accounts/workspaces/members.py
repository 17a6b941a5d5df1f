"""Writes about members. All raise NotFound or PermissionDenied when the actor may not.

An admin makes no owner and touches none, and a workspace always has one.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.api_keys.services import record_end_with
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces.errors import WorkspaceRefused
from apps.accounts.workspaces.services import locked, require_shared
from apps.common.errors import NotFound


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: Role) -> Membership:
    """Give a member another role, at once; owners are made by `transfer_ownership` alone.

    Raises WorkspaceRefused: `owner_role`, or `last_owner`.
    """
    current = _managed(actor, membership)
    if role == Role.OWNER:
        raise WorkspaceRefused(_("To make somebody the owner, transfer the ownership."), code="owner_role")
    before = current.role
    if before == role:
        return current
    _require_other_owner(current)
    current.role = role
    current.save(update_fields=["role"])
    was, now = {"role": before}, {"role": role.value}
    record(action=AuditAction.MEMBER_ROLE_CHANGED, actor=actor, target=current, target_label=str(current.user), before=was, after=now)
    return current


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """Shut somebody out, at once; the links that they made stay. Raises WorkspaceRefused `last_owner`."""
    current = _managed(actor, membership)
    _require_other_owner(current)
    _remove(current, action=AuditAction.MEMBER_REMOVED, actor=actor)


@transaction.atomic
def leave(*, actor: User, workspace: Workspace) -> None:
    """Go; what one made stays. Raises WorkspaceRefused: `personal_workspace`, or `last_owner`."""
    locked(workspace)
    current = _membership(workspace, user_id=actor.pk)
    require_shared(workspace)
    _require_other_owner(current)
    _remove(current, action=AuditAction.MEMBER_LEFT, actor=actor)


@transaction.atomic
def transfer_ownership(*, actor: User, membership: Membership, stay_owner: bool = False) -> None:
    """Make an admin of the workspace an owner; `actor` becomes an admin, or with `stay_owner` both own it.

    At once: who is an admin has agreed to look after the workspace. Raises WorkspaceRefused:
    `personal_workspace`, or `not_an_admin`.
    """
    workspace = locked(membership.workspace)
    policy.require_in_workspace(actor, Action.OWNERS_MANAGE, workspace)
    require_shared(workspace)
    heir, own = _membership(workspace, user_id=membership.user_id), _membership(workspace, user_id=actor.pk)
    if heir.role != Role.ADMIN or not heir.user.is_active:
        raise WorkspaceRefused(_("Only an admin of the workspace can become its owner."), code="not_an_admin")
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    if not stay_owner:
        own.role = Role.ADMIN
        own.save(update_fields=["role"])
    after = {"owner": str(heir.user), "stays_owner": stay_owner}
    record(action=AuditAction.OWNERSHIP_TRANSFERRED, actor=actor, target=workspace, before={"owner": str(actor)}, after=after)


def _managed(actor: User, membership: Membership) -> Membership:
    """The membership as it is now, if `actor` may change it."""
    workspace = locked(membership.workspace)
    policy.require_in_workspace(actor, Action.MEMBERS_MANAGE, workspace)
    current = _membership(workspace, user_id=membership.user_id)
    policy.require_over_member(actor, current)
    require_shared(workspace)
    return current


def _membership(workspace: Workspace, *, user_id: int) -> Membership:
    found = Membership.objects.filter(workspace=workspace, user=user_id).select_related("user").first()
    if found is None:
        raise NotFound(_("There is no such thing here."))
    return found


def _require_other_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    # One who cannot log in looks after nothing.
    others = Membership.objects.filter(workspace=membership.workspace_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        message = _("This is the only owner. Transfer the ownership to an admin first.")
        raise WorkspaceRefused(message, code="last_owner")


def _remove(membership: Membership, *, action: AuditAction, actor: User) -> None:
    label, role = str(membership.user), membership.role
    record(action=action, actor=actor, target=membership, target_label=label, before={"role": role})
    record_end_with(Membership.objects.filter(pk=membership.pk), actor=actor)
    membership.delete()
