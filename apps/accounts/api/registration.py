"""Signing up without a browser, by the rules of the page."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from allauth.account import signals
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions

from apps.accounts.forms import SignupForm
from apps.accounts.signup import rules
from apps.common.errors import PermissionDenied

# The form's names for what the API calls otherwise.
_NAMES: Final[Mapping[str, str]] = {"password1": "password"}


def register(request: HttpRequest, *, email: str, password: str, consents: Sequence[str]) -> None:
    """A new user with a personal workspace, who has agreed to the texts of the kinds `consents`; sends the mail that verifies.

    Where verification is mandatory, somebody who has an account gets a mail that says so, and the caller learns nothing.
    Raises PermissionDenied where sign-up is not open to the caller, and ValidationError of REST framework, by field.
    """
    with _no_session(request):
        _register(request, email=email, password=password, consents=consents)


def _register(request: HttpRequest, *, email: str, password: str, consents: Sequence[str]) -> None:
    if not rules.is_open(request):
        raise PermissionDenied(_("Sign-up is closed here, or for those who are invited."), code="sign_up_closed")
    data = {"email": email, "password1": password, **{f"consent_{kind}": "on" for kind in consents}}
    form = SignupForm(data)
    if not form.is_valid():
        raise exceptions.ValidationError({_field(name): _details(errors.as_data()) for name, errors in form.errors.items()})
    if form.account_already_exists:
        address = EmailAddress(email=form.cleaned_data["email"])
        flows.email_verification.send_verification_email_to_address(request, address, signup=True)
    else:
        user = form.save(request)
        signals.user_signed_up.send(sender=type(user), request=request, user=user)
        address = EmailAddress.objects.get(user=user)
        if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
            flows.email_verification.send_verification_email_to_address(request, address, signup=True)
    # What the next page would show; there is none.
    list(messages.get_messages(request))


@contextmanager
def _no_session(request: HttpRequest) -> Iterator[None]:
    """The page's form notes things in the session; a program has none, and a browser's is not its business."""
    kept, request.session = request.session, SessionStore()
    try:
        yield
    finally:
        request.session = kept


def _field(name: str) -> str:
    if name.startswith("consent_"):
        return "consents"
    return "non_field_errors" if name == "__all__" else _NAMES.get(name, name)


def _details(errors: Sequence[ValidationError]) -> list[exceptions.ErrorDetail]:
    return [exceptions.ErrorDetail(message, error.code or "invalid") for error in errors for message in error.messages]
