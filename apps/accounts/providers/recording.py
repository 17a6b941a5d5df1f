"""Connected accounts in the audit log. django-allauth tells of them by signals alone."""

from typing import Any

from allauth.socialaccount import signals
from allauth.socialaccount.models import SocialAccount, SocialLogin

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record


def connect() -> None:
    """Once, when the application starts."""
    signals.social_account_added.connect(_added, dispatch_uid="accounts.provider_added")
    signals.social_account_removed.connect(_removed, dispatch_uid="accounts.provider_removed")


def _added(*, sociallogin: SocialLogin, **_others: Any) -> None:
    named = {"provider": sociallogin.account.provider, "uid": sociallogin.account.uid}
    record(action=AuditAction.PROVIDER_CONNECTED, actor=sociallogin.user, target=sociallogin.user, after=named)


def _removed(*, socialaccount: SocialAccount, **_others: Any) -> None:
    named = {"provider": socialaccount.provider, "uid": socialaccount.uid}
    record(action=AuditAction.PROVIDER_DISCONNECTED, actor=socialaccount.user, target=socialaccount.user, before=named)
