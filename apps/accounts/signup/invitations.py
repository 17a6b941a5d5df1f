"""Invitations to have an account: a signed link for one e-mail address, good for two weeks."""

from contextlib import suppress

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

PARAMETER = "invitation"
_SALT = "accounts.signup.invitation"
_SECONDS = 14 * 86_400
_KEY = "invited_email"


def link_for(email: str) -> str:
    """The address at which whoever has `email` can sign up even where sign-up is for those who are invited."""
    token = signing.dumps(email.strip().lower(), salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('account_signup')}?{urlencode({PARAMETER: token})}"


def remember(request: HttpRequest, email: str) -> None:
    """From now on the browser behind `request` may sign up with `email`: it has shown an invitation."""
    request.session[_KEY] = email.strip().lower()


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def invited_email(request: HttpRequest) -> str:
    """The address that this browser is invited to sign up with; "" for none."""
    if token := request.GET.get(PARAMETER, ""):
        # Out of date or cut short: as if there were none.
        with suppress(signing.BadSignature):
            remember(request, str(signing.loads(token, salt=_SALT, max_age=_SECONDS)))
    return str(request.session.get(_KEY, ""))
