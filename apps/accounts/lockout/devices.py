"""Devices from which an account has logged in before, by a signed cookie that they keep."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.accounts.lockout.attempts import account_key

_SALT = "accounts.device"
_AGE_SECONDS = 180 * 86_400
# Accounts that one browser is known for; beyond them the one used longest ago goes.
_MOST = 5

Pairs = Sequence[Sequence[str]]


def known(request: HttpRequest, email: str) -> str:
    """The id of the device that sends `request`, if the account has logged in from it before, else ""."""
    wanted = account_key(email)
    return next((device for account, device in _pairs(request) if account == wanted), "")


def keep(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Let the browser that gets `response` be known for the account from now on."""
    account = account_key(email)
    device = known(request, email) or secrets.token_urlsafe(12)
    others = [pair for pair in _pairs(request) if pair[0] != account]
    value = signing.dumps([[account, device], *others][:_MOST], salt=_SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _pairs(request: HttpRequest) -> Pairs:
    try:
        pairs: Any = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_AGE_SECONDS)
    except signing.BadSignature:
        return []
    return [[str(account), str(device)] for account, device in pairs]
