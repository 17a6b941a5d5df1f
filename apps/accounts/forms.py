"""The account forms in this product's words: labels above, one password field, no placeholders."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from allauth.core import context
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.models import User
from apps.accounts.passwords.suggestions import requirements
from apps.accounts.privacy.forms import AsksConsent
from apps.accounts.signup import invitations, rules

_LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
}


class Worded:
    """Mixin: our labels and help in place of allauth's; a new password is asked for once; the first field has the focus."""

    fields: dict[str, Any]
    new_password_label = _("New password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            field.help_text = ""
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True
        if new_password := self.fields.get("password1"):
            new_password.label = self.new_password_label
            new_password.help_text = requirements()
            # htmx sends the form as it is typed; what is missing is said beside the field.
            new_password.widget.attrs |= {
                "hx-post": reverse("passwords:strength"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#password-strength",
                "hx-sync": "this:replace",
                "data-quiet": True,
            }


class LoginForm(Worded, forms.LoginForm):  # type: ignore[misc]
    pass


class ChecksEmail:
    """Mixin of forms that make an account: its address is one that may have one here."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        parent: Any = super()
        # First, so that the answer is the same for addresses that have an account.
        rules.check_email(self.cleaned_data["email"], invited=invitations.invited_email(context.request))
        email: str = parent.clean_email()
        return email


class SignupForm(Worded, ChecksEmail, AsksConsent, forms.SignupForm):  # type: ignore[misc]
    new_password_label = _("Password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if invited := invitations.invited_email(context.request):
            self.initial["email"] = invited


class ChangePasswordForm(Worded, forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(Worded, forms.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(Worded, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class NewPasswordForm(Worded, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(Worded, forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class ChangeEmailForm(Worded, forms.AddEmailForm):  # type: ignore[misc]
    """Another address for a user. An address that was never verified (a slip of the keyboard, say) is
    replaced at once; a verified one stays the log-in until the new one is verified, too.
    """

    user: User

    def clean_email(self) -> str:
        rules.check_domain(self.cleaned_data["email"])
        email: str = super().clean_email()
        self.replaces = not EmailAddress.objects.filter(user=self.user, verified=True).exists()
        if self.replaces and User.objects.filter(email=email).exists():
            raise get_adapter().validation_error("email_taken")
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        if not self.replaces:
            return super().save(request)
        address = services.replace_unverified_email(user=self.user, email=self.cleaned_data["email"])
        flows.email_verification.send_verification_email_to_address(request, address)
        return address
