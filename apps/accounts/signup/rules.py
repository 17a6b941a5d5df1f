"""What SIGNUP_MODE means."""

from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts.signup import invitations
from apps.accounts.signup.domains import DomainRefused, require_allowed


class SignupMode(StrEnum):
    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"


def is_open(request: HttpRequest) -> bool:
    """Whether somebody may sign up by `request`."""
    mode = SignupMode(settings.SIGNUP_MODE)
    return mode is SignupMode.OPEN or (mode is SignupMode.INVITED and bool(invitations.invited_email(request)))


def check_email(email: str, *, invited: str = "") -> None:
    """Pass if an account may have `email`; `invited` is the address that an invitation was for.

    Raises ValidationError with the same words for every address of a domain.
    """
    if email.strip().lower() == invited:
        # Somebody here has named this very address.
        return
    if settings.SIGNUP_MODE == SignupMode.INVITED:
        raise ValidationError(_("Sign up with the e-mail address that the invitation was sent to."), code="email_not_invited")
    check_domain(email)


def check_domain(email: str) -> None:
    """Pass if an account may have an address of this domain. Raises ValidationError."""
    try:
        require_allowed(email)
    except DomainRefused:
        raise ValidationError(_("Addresses of this domain are not taken here. Use another one."), code="email_domain_refused") from None
