"""Writes about workspaces themselves. All raise NotFound or PermissionDenied when the actor may not."""

from datetime import datetime
from functools import partial
from typing import Final

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from prometheus_client import Counter

from apps.accounts import policy
from apps.accounts.api_keys.services import record_end_with
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import WORKSPACE_NAME_MAX_LENGTH, Invitation, Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.accounts.privacy import registry
from apps.accounts.privacy.deletion import GONE_NAME
from apps.accounts.workspaces.errors import WorkspaceRefused

log = structlog.get_logger(__name__)

FAILED = Counter("workspace_erasures_failed_total", "Deleted workspaces that could not be emptied yet; expected to stay 0.")
# Workspaces of one run: it ends before the next one begins.
_AT_ONCE: Final = 100


@transaction.atomic
def create_workspace(*, actor: User, name: str) -> Workspace:
    """A new workspace, which `actor` owns. Raises WorkspaceRefused `name_required`."""
    workspace = Workspace.objects.create(name=_checked_name(name))
    Membership.objects.create(workspace=workspace, user=actor, role=Role.OWNER)
    record(action=AuditAction.WORKSPACE_CREATED, actor=actor, target=workspace, after={"name": workspace.name})
    return workspace


@transaction.atomic
def rename_workspace(*, actor: User, workspace: Workspace, name: str) -> Workspace:
    """The workspace under its new name. Raises WorkspaceRefused `name_required`."""
    current = locked(workspace)
    policy.require_in_workspace(actor, Action.WORKSPACE_EDIT, current)
    before, current.name = current.name, _checked_name(name)
    if before != current.name:
        current.save(update_fields=["name", "updated_at"])
        was, now = {"name": before}, {"name": current.name}
        record(action=AuditAction.WORKSPACE_UPDATED, actor=actor, target=current, before=was, after=now)
    return current


@transaction.atomic
def delete_workspace(*, actor: User, workspace: Workspace, confirmation: str, now: datetime) -> None:
    """Shut `workspace` for everybody at once; its links are emptied right after, and their codes are never given anew.

    Raises WorkspaceRefused: `personal_workspace`, or `name_mismatch` unless `confirmation` is its name.
    """
    current = locked(workspace)
    policy.require_in_workspace(actor, Action.WORKSPACE_DELETE, current)
    require_shared(current)
    if confirmation.strip() != current.name:
        raise WorkspaceRefused(_("This is not the name of the workspace."), code="name_mismatch", field="confirmation")
    record(action=AuditAction.WORKSPACE_DELETED, actor=actor, target=current, before={"name": current.name})
    members = Membership.objects.filter(workspace=current)
    record_end_with(members, actor=actor)
    members.delete()
    Invitation.objects.filter(workspace=current).delete()
    current.name, current.deleted_at = GONE_NAME, now
    current.save(update_fields=["name", "deleted_at", "updated_at"])
    transaction.on_commit(partial(_erase_soon, now))


def erase_deleted(*, now: datetime) -> int:
    """Empty workspaces that were deleted; how many. What fails is done again at the next call."""
    left = Workspace.objects.filter(deleted_at__lte=now, erased_at=None).order_by("deleted_at", "pk")
    return sum(_erase(workspace, now=now) for workspace in left[:_AT_ONCE])


def locked(workspace: Workspace) -> Workspace:
    """The workspace as it is now, for one change at a time. Only within a transaction."""
    return Workspace.objects.select_for_update().get(pk=workspace.pk)


def require_shared(workspace: Workspace) -> None:
    """Raises WorkspaceRefused `personal_workspace`: such a one has its owner, and nobody else ever."""
    if workspace.personal_for_id is not None:
        message = _("This is a personal workspace: it belongs to one person for good. Make another workspace for a team.")
        raise WorkspaceRefused(message, code="personal_workspace")


def _erase(workspace: Workspace, *, now: datetime) -> bool:
    try:
        for erase in registry.erasers():
            erase([workspace], now)
    except Exception:
        # The next one is no worse for it.
        FAILED.inc()
        log.exception("workspace_not_erased", workspace_id=workspace.pk)
        return False
    workspace.erased_at = now
    workspace.save(update_fields=["erased_at", "updated_at"])
    return True


def _erase_soon(now: datetime) -> None:
    """In the background if the broker can be reached, else when the scheduler comes by."""
    from apps.accounts.tasks import erase_deleted_workspaces  # noqa: PLC0415 - tasks import services

    try:
        erase_deleted_workspaces.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 - whatever a broker's client raises; the scheduler does it within minutes
        log.warning("workspace_erasure_put_off", since=now.isoformat(), error=repr(error))


def _checked_name(name: str) -> str:
    text = " ".join(name.split())[:WORKSPACE_NAME_MAX_LENGTH]
    if not text or not text.isprintable():
        raise WorkspaceRefused(_("Give the workspace a name."), code="name_required", field="name")
    return text
