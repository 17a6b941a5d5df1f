"""Tokens in cookies, for pages of this site that call the API.

The prefix `__Host-` binds them to this very host and to https (RFC 6265bis §4.1.3.2): no sibling can set them, and no script
reads them. What they let in has to show the CSRF token, too, but for reading.
"""

from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from rest_framework import exceptions
from rest_framework.authentication import CSRFCheck

from apps.accounts.tokens.families import Tokens

ACCESS: Final = "__Host-access"
REFRESH: Final = "__Host-refresh"


def keep(response: HttpResponseBase, tokens: Tokens) -> None:
    _set(response, ACCESS, tokens.access, tokens.access_expires_at)
    _set(response, REFRESH, tokens.refresh, tokens.refresh_expires_at)


def drop(response: HttpResponseBase) -> None:
    for name in (ACCESS, REFRESH):
        _set(response, name, "", None)


def csrf_token(request: HttpRequest) -> str:
    """What unsafe requests send as X-CSRFToken; the answer sets the cookie that goes with it."""
    return get_token(request)


def require_csrf_token(request: HttpRequest) -> None:
    """Raises PermissionDenied for an unsafe request without the token."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type] # is never called
    check.process_request(request)
    if check.process_view(request, None, (), {}):  # type: ignore[arg-type] # looks at no view
        raise exceptions.PermissionDenied("The header X-CSRFToken is missing or not right.", code="csrf_failed")


def _set(response: HttpResponseBase, name: str, value: str, expires: datetime | None) -> None:
    """A cookie until `expires` (aware); None takes it away."""
    until = {"expires": expires} if expires else {"max_age": 0}
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Strict", **until)
