"""Forms of second factors in this product's words."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts import selectors
from apps.accounts.forms import Worded
from apps.accounts.models import User


def require_verified_email(user: User) -> None:
    """Pass if `user` may add a second factor.

    With one, whoever has signed up with somebody else's address could keep its owner out for good. Raises
    ValidationError. Where no mails are sent nobody can verify anything.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none" and not selectors.email_is_verified(user):
        raise get_adapter().validation_error("unverified_email")


class _Coded(Worded):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        # Recovery codes have digits alone, too.
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class AuthenticateForm(_Coded, base.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Coded, base.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTotpForm(_Coded, totp.ActivateTOTPForm):  # type: ignore[misc]
    user: User

    def clean_code(self) -> str:
        require_verified_email(self.user)
        code: str = super().clean_code()
        return code


class AddPasskeyForm(Worded, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Log in with it alone, without e-mail address and password")

    def clean(self) -> dict[str, Any]:
        require_verified_email(self.user)
        values: dict[str, Any] = super().clean()
        return values


class RenamePasskeyForm(Worded, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = 100
