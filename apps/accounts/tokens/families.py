"""Issuing, exchanging and ending tokens.

A refresh token is good once (RFC 9700 §4.14.2): whoever shows one that was exchanged before, or has had it stolen,
ends the whole family, the other's tokens with it. The one exception is a client whose answer was lost on the way: if it
asks again within GRACE, from the same address with the same user agent, it gets the very same refresh token as before.
A thief who manages that gains nothing by it, as the two then hold one token and the second to use it ends the family.

The family's row in PostgreSQL is the list of what is revoked, read together with the user's row by one query: a log-out
acts at once, and needs no Redis to do so.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.audit.values import kept_address
from apps.accounts.models import User
from apps.accounts.models.tokens import CLIENT_MAX_LENGTH, TokenFamily
from apps.accounts.tokens import errors
from apps.accounts.tokens.signed import AccessToken, RefreshToken
from apps.common.ratelimit.clients import client_key

GRACE: Final = timedelta(seconds=10)
# Log-ins of one user at a time; beyond them the one used longest ago ends.
MOST_FAMILIES: Final = 100


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the canonical address, and the User-Agent."""

    address: str
    user_agent: str

    @property
    def shown(self) -> str:
        """The user agent as it can be stored and listed."""
        return "".join(filter(str.isprintable, self.user_agent))[:CLIENT_MAX_LENGTH]

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{client_key(self.address)} {self.user_agent}".encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of one family, and when each is over."""

    family_id: UUID
    access: str
    access_expires_at: datetime
    refresh: str
    refresh_expires_at: datetime


@transaction.atomic
def issue(user: User, client: Client, *, now: datetime) -> Tokens:
    """The first pair of a new family, for a user who has just shown who it is."""
    now = now.replace(microsecond=0)
    family = TokenFamily.objects.create(
        user=user,
        version=user.token_version,
        current_issued_at=now,
        user_agent=client.shown,
        address=kept_address(client.address) or None,
        created_at=now,
        expires_at=now + timedelta(days=settings.REFRESH_FAMILY_DAYS),
    )
    _end_oldest(user, now=now)
    record(action=AuditAction.TOKENS_ISSUED, actor=user, target=family, target_label=client.shown)
    return _tokens(family, user, now=now)


def refresh(text: str, client: Client, *, now: datetime) -> Tokens:
    """The pair after the refresh token `text`. Raises TokenRefused."""
    claims = _read(RefreshToken, text)
    now = now.replace(microsecond=0)
    with transaction.atomic():
        family = _family(claims, now=now, is_locked=True)
        jti = _uuid(claims["jti"])
        if jti == family.current_jti:
            return _exchange(family, client, now=now)
        if _is_asked_again(family, jti, client, now=now):
            return _tokens(family, family.user, now=now)
        _revoke(family, now=now)
        record(action=AuditAction.TOKEN_REUSED, actor=None, target=family.user, after={"from": client.shown})
    raise errors.reused()


def authenticate(text: str, *, now: datetime) -> tuple[User, UUID]:
    """The user whose access token `text` is, and the family; one query. Raises TokenRefused."""
    family = _family(_read(AccessToken, text), now=now)
    return family.user, family.pk


@transaction.atomic
def log_out(family_id: UUID, *, by: User, now: datetime) -> None:
    """End one family of `by`; nothing happens where it has ended before."""
    family = TokenFamily.objects.select_for_update().filter(pk=family_id, user=by, revoked_at=None).first()
    if family is not None:
        _revoke(family, now=now)
        record(action=AuditAction.TOKENS_REVOKED, actor=by, target=family, target_label=family.user_agent)


def family_of(text: str, *, now: datetime) -> TokenFamily:
    """The family of the refresh token `text`, which need not be the current one. Raises TokenRefused."""
    return _family(_read(RefreshToken, text), now=now)


def purge(*, now: datetime) -> int:
    """Forget families that are over, or of which no token is left; how many. Their tokens are refused all the same."""
    yesterday = now - timedelta(days=1)
    is_over = Q(expires_at__lt=yesterday) | Q(revoked_at__lt=yesterday)
    is_unused = Q(current_issued_at__lt=yesterday - timedelta(days=settings.REFRESH_TOKEN_DAYS))
    count, _by_model = TokenFamily.objects.filter(is_over | is_unused).delete()
    return count


def _read(kind: type[AccessToken] | type[RefreshToken], text: str) -> AccessToken | RefreshToken:
    try:
        return kind(cast("Token", text))  # its annotation means the text
    except ExpiredTokenError:
        raise errors.expired() from None
    except TokenError:
        raise errors.invalid() from None


def _family(claims: AccessToken | RefreshToken, *, now: datetime, is_locked: bool = False) -> TokenFamily:
    """The family of a token that is signed by us, with its user."""
    families = TokenFamily.objects.select_related("user")
    if is_locked:
        # Of two that come at once with the same token, the second finds it exchanged.
        families = families.select_for_update(of=("self",))
    family = families.filter(pk=_uuid(claims["sid"])).first()
    if family is None or str(family.user_id) != claims["sub"]:
        raise errors.invalid()
    is_over = family.revoked_at is not None or family.expires_at <= now
    if is_over or not family.user.is_active or not family.version == family.user.token_version == claims["ver"]:
        raise errors.revoked()
    return family


def _exchange(family: TokenFamily, client: Client, *, now: datetime) -> Tokens:
    family.previous_jti, family.previous_client, family.rotated_at = family.current_jti, client.digest, now
    family.current_jti, family.current_issued_at = uuid4(), now
    family.user_agent, family.address = client.shown, kept_address(client.address) or None
    family.save(
        update_fields=[
            "previous_jti",
            "previous_client",
            "rotated_at",
            "current_jti",
            "current_issued_at",
            "user_agent",
            "address",
        ]
    )
    return _tokens(family, family.user, now=now)


def _is_asked_again(family: TokenFamily, jti: UUID, client: Client, *, now: datetime) -> bool:
    is_soon = family.rotated_at is not None and now - family.rotated_at <= GRACE
    return is_soon and jti == family.previous_jti and client.digest == family.previous_client


def _end_oldest(user: User, *, now: datetime) -> None:
    """Of a program that logs in each time that it runs, only the last log-ins stay."""
    others = TokenFamily.objects.filter(user=user, revoked_at=None).order_by("-current_issued_at", "-created_at")
    ids = list(others.values_list("pk", flat=True)[MOST_FAMILIES : 2 * MOST_FAMILIES])
    if ids:
        TokenFamily.objects.filter(pk__in=ids).update(revoked_at=now)


def _revoke(family: TokenFamily, *, now: datetime) -> None:
    family.revoked_at = now
    family.save(update_fields=["revoked_at"])


def _tokens(family: TokenFamily, user: User, *, now: datetime) -> Tokens:
    """A new access token, and the refresh token that is good now: it comes out the same each time."""
    access, refreshing = AccessToken(), RefreshToken()
    _fill(access, family, user, issued_at=now)
    _fill(refreshing, family, user, issued_at=family.current_issued_at)
    refreshing["jti"] = family.current_jti.hex
    return Tokens(
        family_id=family.pk,
        access=str(access),
        access_expires_at=datetime.fromtimestamp(access["exp"], UTC),
        refresh=str(refreshing),
        refresh_expires_at=datetime.fromtimestamp(refreshing["exp"], UTC),
    )


def _fill(token: AccessToken | RefreshToken, family: TokenFamily, user: User, *, issued_at: datetime) -> None:
    token.set_iat(at_time=issued_at)
    token.set_exp(from_time=issued_at, lifetime=token.lifetime)
    token["exp"] = min(token["exp"], int(family.expires_at.timestamp()))
    token["nbf"] = token["iat"]
    token["sub"] = str(user.pk)
    token["sid"] = family.pk.hex
    token["ver"] = user.token_version


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise errors.invalid() from None
