"""Writes about second factors that are nobody's own."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User
from apps.accounts.sessions import void_sessions


@transaction.atomic
def remove_all_factors(user: User, *, by: User) -> None:
    """Let `user`, who has lost them, in by the password alone; sessions that are open end."""
    removed = sorted(set(Authenticator.objects.filter(user=user).values_list("type", flat=True)))
    if not removed:
        return
    Authenticator.objects.filter(user=user).delete()
    void_sessions(user)
    record(action=AuditAction.SECOND_FACTOR_REMOVED, actor=by, target=user, before={"kind": ", ".join(removed)})
