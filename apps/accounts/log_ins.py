"""What follows from a try to log in, whichever way it came: counts and the audit log."""

from apps.accounts import lockout
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User


def log_in_failed(email: str, address: str, *, device: str = "") -> None:
    """Count and record a try whose password was wrong, or for which there is no account.

    What it costs does not depend on whether there is one.
    """
    waits = lockout.failed(email, address, device=device)
    user = User.objects.filter(email=email).first()
    for action in (AuditAction.LOG_IN_FAILED, AuditAction.LOCKED_OUT) if waits else (AuditAction.LOG_IN_FAILED,):
        record(action=action, actor=None, target=user, target_label=email)


def logged_in(user: User, *, method: str) -> None:
    """Record that `user` is in, by `method`: `password`, `mfa`, `socialaccount` and so on."""
    record(action=AuditAction.LOGGED_IN, actor=user, target=user, after={"method": method})


def factor_failed(user: User, *, kind: str) -> None:
    """Record a second factor of `user` that was not right: somebody knows the password and not more."""
    record(action=AuditAction.LOG_IN_FAILED, actor=None, target=user, after={"method": kind})
