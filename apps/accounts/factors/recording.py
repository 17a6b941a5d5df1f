"""What happens to second factors, in the audit log. django-allauth tells of it by signals alone."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator

from apps.accounts import log_ins
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User


def connect() -> None:
    """Once, when the application starts."""
    signals.authenticator_added.connect(_added, dispatch_uid="accounts.factor_added")
    signals.authenticator_removed.connect(_removed, dispatch_uid="accounts.factor_removed")
    signals.authenticator_reset.connect(_reset, dispatch_uid="accounts.factor_reset")
    signals.authenticator_used.connect(_used, dispatch_uid="accounts.factor_used")
    signals.authentication_failed.connect(_failed, dispatch_uid="accounts.factor_failed")


def _added(*, user: User, authenticator: Authenticator, **_others: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(action=AuditAction.RECOVERY_CODES_MADE, actor=user, target=user)
    else:
        record(action=AuditAction.SECOND_FACTOR_ADDED, actor=user, target=user, after=_named(authenticator))


def _removed(*, user: User, authenticator: Authenticator, **_others: Any) -> None:
    record(action=AuditAction.SECOND_FACTOR_REMOVED, actor=user, target=user, before=_named(authenticator))


def _reset(*, user: User, **_others: Any) -> None:
    record(action=AuditAction.RECOVERY_CODES_MADE, actor=user, target=user)


def _used(*, user: User, authenticator: Authenticator, **_others: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(action=AuditAction.RECOVERY_CODE_USED, actor=user, target=user)


def _failed(*, user: User, authenticator: Authenticator, **_others: Any) -> None:
    log_ins.factor_failed(user, kind=str(authenticator.type))


def _named(authenticator: Authenticator) -> dict[str, str]:
    named = {"kind": str(authenticator.type)}
    return named | {"name": authenticator.wrap().name} if authenticator.type == Authenticator.Type.WEBAUTHN else named
