"""Tokens as texts: JSON Web Tokens (RFC 7519) signed with RS256 by a key that the header names.

simplejwt gives the classes; the keys, and how strictly a text is read, are ours.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.tokens import Token

from apps.accounts.tokens.keys import key_ring

ALGORITHM: Final = "RS256"
# Clocks differ.
LEEWAY: Final = timedelta(seconds=30)
# Ours have some 700 characters.
_MAX_LENGTH: Final = 4096
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# A header with more in it (jku, x5u, jwk, crit, b64 …) asks for something that we never do.
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_REQUIRED: Final = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "typ", "sid", "ver"]


class KeyRingBackend(TokenBackend):
    """What simplejwt asks to sign and to read: the key ring in the place of one key."""

    def __init__(self) -> None:
        super().__init__(ALGORITHM)

    def encode(self, payload: dict[str, Any]) -> str:
        key = key_ring().signing(datetime.now(UTC))
        claims = {**payload, "iss": settings.PUBLIC_URL, "aud": settings.PUBLIC_URL}
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - always verified
        """The claims in the text `token`. Raises TokenBackendExpiredToken, and TokenBackendError for all else that is wrong."""
        try:
            return _claims(token)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken(str(error)) from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise TokenBackendError(str(error)) from error


def _claims(text: str) -> dict[str, Any]:
    if len(text) > _MAX_LENGTH or not _FORM.fullmatch(text):
        raise ValueError("no token")
    header = jwt.get_unverified_header(text)
    kid = header.get("kid")
    key = key_ring().by_id(kid) if isinstance(kid, str) else None
    if key is None or not _HEADER.issuperset(header):
        raise ValueError("no header of ours")
    found: dict[str, Any] = jwt.decode(
        text,
        key.public,
        algorithms=[ALGORITHM],
        audience=settings.PUBLIC_URL,
        issuer=settings.PUBLIC_URL,
        leeway=LEEWAY,
        options={"require": _REQUIRED, "strict_aud": True},
    )
    return found


class _OurToken(Token):
    _token_backend = KeyRingBackend()

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        """Passes: the backend has looked, with the leeway that this would forget."""


class AccessToken(_OurToken):
    """Lets its bearer in; of the family `sid` and the user `sub`."""

    token_type = "access"  # noqa: S105 - a word
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)


class RefreshToken(_OurToken):
    """Is exchanged for the next pair, once."""

    token_type = "refresh"  # noqa: S105 - a word
    lifetime = timedelta(days=settings.REFRESH_TOKEN_DAYS)
