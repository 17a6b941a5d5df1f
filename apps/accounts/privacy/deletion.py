"""Deleting accounts: asked for by their owners, done when the days of grace are over.

From the first day on the account is shut, as if it were gone. Links of workspaces that others belong
to stay, without an owner; those of workspaces that nobody else belongs to are purged, and their codes are
never given anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _
from prometheus_client import Counter

from apps.accounts.api_keys.services import revoke_all_of
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import AccountDeletion, Invitation, Membership, Role, User, Workspace
from apps.accounts.privacy import registry, selectors
from apps.accounts.privacy.errors import DeletionRefused, NothingToTakeBack
from apps.accounts.sessions import void_sessions

log = structlog.get_logger(__name__)

FAILED = Counter("account_deletions_failed_total", "Accounts that could not be deleted when they were due; expected to stay 0.")

GONE_NAME: Final = "—"
# Accounts of one run: it ends before the next one begins.
_AT_ONCE: Final = 100
# Who inherits a workspace whose only owner goes without having handed it over.
_HEIRS: Final = (Role.ADMIN, Role.EDITOR, Role.VIEWER)


@transaction.atomic
def ask(*, user: User, now: datetime) -> AccountDeletion:
    """Shut the account of `user` at once, to be deleted in ACCOUNT_DELETION_DAYS; its owner is told by mail.

    Raises DeletionRefused `hand_over_first`, whose `params` name the `workspaces`, or `last_superuser`.
    """
    # Before the user, as everywhere: no other owner leaves at this moment.
    owned = Workspace.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    list(owned.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    current = User.objects.select_for_update().get(pk=user.pk)
    _require_handed_over(current)
    _require_other_superuser(current)
    due_at = now + timedelta(days=settings.ACCOUNT_DELETION_DAYS)
    deletion, _is_new = AccountDeletion.objects.get_or_create(user=current, defaults={"asked_at": now, "due_at": due_at})
    current.is_active = False
    current.save(update_fields=["is_active", "updated_at"])
    void_sessions(current)
    record(action=AuditAction.DELETION_ASKED, actor=current, target=current, after={"due_at": deletion.due_at})
    revoke_all_of(current, actor=current, now=now)
    transaction.on_commit(partial(_tell, current.email, deletion.due_at))
    return deletion


@transaction.atomic
def take_back(*, user: User, now: datetime) -> User:
    """The account, open again. Raises NothingToTakeBack."""
    current = User.objects.select_for_update().filter(pk=user.pk).first()
    if current is None or selectors.deletion_of(current, now=now) is None:
        raise NothingToTakeBack(_("This account cannot be taken back."))
    AccountDeletion.objects.filter(user=current).delete()
    current.is_active = True
    current.save(update_fields=["is_active", "updated_at"])
    record(action=AuditAction.DELETION_TAKEN_BACK, actor=current, target=current)
    return current


def delete_due(*, now: datetime) -> int:
    """Delete the accounts whose days of grace are over; how many. What fails is done again at the next call."""
    due = AccountDeletion.objects.filter(due_at__lte=now).order_by("due_at", "pk").select_related("user")
    return sum(_delete(deletion.user, now=now) for deletion in due[:_AT_ONCE])


def _delete(user: User, *, now: datetime) -> bool:
    if user.is_active:
        # Somebody has opened it again.
        AccountDeletion.objects.filter(user=user).delete()
        return False
    try:
        _find_heirs(user)
        workspaces = list(selectors.to_go_along(user))
        for erase in registry.erasers():
            erase(workspaces, now)
        return _remove(user, workspaces, now=now)
    except Exception:
        # The next account is no worse for it.
        FAILED.inc()
        log.exception("account_not_deleted", user_id=user.pk)
        return False


@transaction.atomic
def _remove(user: User, workspaces: Sequence[Workspace], *, now: datetime) -> bool:
    """The last step, after which nobody knows of the account; False when it was taken back meanwhile."""
    # In the order of taking back: the user, then the deletion.
    current = User.objects.select_for_update(of=("self",)).filter(pk=user.pk, is_active=False, deletion__isnull=False).first()
    if current is None:
        return False
    # Their links keep their codes, and these must not be given to others: the rows stay, without a name.
    gone = Workspace.objects.filter(pk__in=[workspace.pk for workspace in workspaces])
    Invitation.objects.filter(workspace__in=gone).delete()
    gone.update(personal_for=None, name=GONE_NAME, deleted_at=now, erased_at=now)
    record(action=AuditAction.USER_DELETED, actor=None, target=current)
    current.delete()
    return True


@transaction.atomic
def _find_heirs(user: User) -> None:
    """Whoever left in the meantime may have made `user` the only owner of a workspace."""
    rank = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(_HEIRS)), output_field=IntegerField())
    for workspace in selectors.without_other_owner(user).order_by("pk"):
        others = Membership.objects.select_for_update(of=("self",)).filter(workspace=workspace).exclude(user=user)
        heir = others.annotate(rank=rank).order_by("-user__is_active", "rank", "created_at", "pk").first()
        if heir is not None and heir.role != Role.OWNER:
            record(action=AuditAction.OWNERSHIP_TRANSFERRED, actor=None, target=workspace, after={"owner": str(heir.user)})
            heir.role = Role.OWNER
            heir.save(update_fields=["role"])


def _require_handed_over(user: User) -> None:
    names = list(selectors.to_hand_over(user).values_list("name", flat=True))
    if names:
        message = _("You are the only owner of %(names)s. Make another member the owner first.") % {"names": ", ".join(names)}
        raise DeletionRefused(message, code="hand_over_first", params={"workspaces": names})


def _require_other_superuser(user: User) -> None:
    if user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        message = _("You are the only one who may do everything in the back office. Give that right to somebody else first.")
        raise DeletionRefused(message, code="last_superuser")


def _tell(email: str, due_at: datetime) -> None:
    get_adapter().send_mail("accounts/privacy/email/deletion_asked", email, {"due_at": due_at})
