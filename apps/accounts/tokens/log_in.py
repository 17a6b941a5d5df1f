"""Logging in with a password, and a code where the account has a second factor, without a browser."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import update_last_login
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts import lockout, log_ins, selectors
from apps.accounts.models import User
from apps.common.errors import DomainError
from apps.common.requests import address_of

_CODES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class LogInRefused(DomainError):
    """Nobody is let in. The codes are `wrong_credentials`, the same while somebody has to wait after too many tries; and for who
    has shown to know the password, `account_inactive`, `email_not_verified`, `second_factor_required`, `second_factor_wrong` and
    `second_factor_in_browser`, for an account whose only second factors are passkeys."""

    code = "wrong_credentials"
    http_status = 401


def log_in(request: HttpRequest, *, email: str, password: str, code: str = "") -> User:
    """The user who has this password, and whose second factor `code` is.

    Counts, waits and takes as long as the page of the log-in does. Raises LogInRefused, and TooManyAttempts for codes.
    """
    user = _by_password(request, email, password)
    if not user.is_active:
        raise LogInRefused(_("This account has been closed."), code="account_inactive")
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not selectors.email_is_verified(user):
        raise LogInRefused(_("Verify your e-mail address first: log in on the web to have the mail sent again."), code="email_not_verified")
    has_shown_factor = _by_code(request, user, code)
    update_last_login(User, user)
    log_ins.logged_in(user, method="mfa" if has_shown_factor else "password")
    return user


def _by_password(request: HttpRequest, email: str, password: str) -> User:
    address = address_of(request)
    wrong = LogInRefused(_("This e-mail address and password do not belong together."))
    try:
        lockout.check(email, address)
    except lockout.TooManyAttempts:
        make_password(password)
        raise wrong from None
    found = authenticate(request, email=email, password=password) or AuthenticationBackend.unstash_authenticated_user()
    if not isinstance(found, User):
        log_ins.log_in_failed(email, address)
        raise wrong
    lockout.succeeded(email, address)
    return found


def _by_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether a second factor was asked for and shown."""
    factors = list(Authenticator.objects.filter(user=user))
    if not any(factor.type != Authenticator.Type.RECOVERY_CODES for factor in factors):
        return False
    with_codes = [factor for factor in factors if factor.type in _CODES]
    if not with_codes:
        raise LogInRefused(
            _("This account has passkeys and no codes: make an API key in the browser, and use that."), code="second_factor_in_browser"
        )
    if not code:
        raise LogInRefused(_("Send a code of the authenticator app, or a recovery code, along."), code="second_factor_required")
    _check_code(request, user, code, with_codes)
    return True


def _check_code(request: HttpRequest, user: User, code: str, factors: list[Authenticator]) -> None:
    # A count of its own: a right password must not forgive wrong codes.
    name, address = f"second factor of {user.email}", address_of(request)
    lockout.check(name, address)
    right = next((factor for factor in factors if factor.wrap().validate_code(code)), None)
    if right is None:
        lockout.failed(name, address)
        log_ins.factor_failed(user, kind=", ".join(str(factor.type) for factor in factors))
        raise LogInRefused(_("This code is not right, or no longer."), code="second_factor_wrong")
    lockout.succeeded(name, address)
    right.record_usage()
    told = {"request": request, "user": user, "authenticator": right, "reauthenticated": False, "passwordless": False}
    signals.authenticator_used.send(sender=Authenticator, **told)
