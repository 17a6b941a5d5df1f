"""Letting programs in by a key."""

from typing import Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.accounts.api_keys.key_text import looks_like_key
from apps.accounts.api_keys.verification import actor_with, verify
from apps.accounts.models import User
from apps.accounts.policy import ApiActor
from apps.common.requests import address_of

_HEADER: Final = "X-Api-Key"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer shk_…` or `X-Api-Key: shk_…`; `request.auth` is the actor whom the policy asks for.

    Never by a cookie or in the address, which ends up in logs and histories.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiActor] | None:
        """None where no key is shown. Raises KeyNotAccepted and TooManyWrongKeys."""
        text = _bearer(request.headers.get("Authorization", "")) or request.headers.get(_HEADER, "").strip()
        if not text:
            return None
        key = verify(text, address=address_of(request._request), now=timezone.now())
        return key.membership.user, actor_with(key)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - REST framework's signature
        return "Bearer"


def _bearer(header: str) -> str:
    """The key in the header; "" where it has a token of another kind."""
    scheme, _space, text = header.partition(" ")
    text = text.strip()
    return text if scheme.lower() == "bearer" and looks_like_key(text) else ""
