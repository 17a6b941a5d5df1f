"""Who sends a request: by the access token of a log-in."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.accounts.api import cookies
from apps.accounts.api_keys.key_text import looks_like_key
from apps.accounts.models import User
from apps.accounts.tokens import families

REALM = "Bearer"


@dataclass(frozen=True, slots=True)
class LogIn:
    """`request.auth` of whoever came with an access token: which log-in it is of."""

    family_id: UUID


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, or the cookie where there is no such header. API keys are left to the next class.

    Never both: who sends a header is asked for no CSRF token, so the cookie counts for nothing then.
    """

    def authenticate(self, request: Request) -> tuple[User, LogIn] | None:
        """Raises TokenRefused, and PermissionDenied for a cookie without the CSRF token."""
        if "Authorization" in request.headers or "X-Api-Key" in request.headers:
            sent = access_token(request)
            return _log_in(sent) if sent is not None else None
        text = request.COOKIES.get(cookies.ACCESS, "")
        if not text:
            return None
        found = _log_in(text)
        cookies.require_csrf_token(request._request)
        return found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - REST framework's signature
        return REALM


def access_token(request: Request) -> str | None:
    """What `Authorization: Bearer` says, if it is no API key."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" and not looks_like_key(text.strip()) else None


def _log_in(text: str) -> tuple[User, LogIn]:
    user, family_id = families.authenticate(text, now=timezone.now())
    return user, LogIn(family_id)
