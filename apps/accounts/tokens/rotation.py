"""Changing the key that signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.tokens.keys import SigningKey, key_ring, make_key
from apps.accounts.tokens.signed import LEEWAY

# So long a new key is published before it signs.
PUBLISHED_BEFORE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Rotation:
    """The new key, and the ids of those that are gone."""

    key: SigningKey
    dropped: Sequence[str]


def rotate(*, now: datetime, at_once: bool = False, drop_others: bool = False) -> Rotation:
    """Make a key that signs PUBLISHED_BEFORE from now, or `at_once`.

    `drop_others`, for a key that has become known: all tokens that others have signed are void from now on, so
    the new one signs at once. Raises OSError when JWT_KEYS_DIR cannot be written.
    """
    key = make_key(signs_from=now if at_once or drop_others else now + PUBLISHED_BEFORE)
    dropped = _drop([other for other in key_ring().keys if other.kid != key.kid]) if drop_others else drop_outlived(now=now)
    record(action=AuditAction.SIGNING_KEY_ROTATED, actor=None, target_label=key.kid, after={"kid": key.kid, "dropped": ", ".join(dropped)})
    return Rotation(key, dropped)


def drop_outlived(*, now: datetime) -> Sequence[str]:
    """Remove the keys of which no token is left; their ids."""
    return _drop(key_ring().outlived(now, life=timedelta(days=settings.REFRESH_TOKEN_DAYS) + LEEWAY))


def _drop(keys: Sequence[SigningKey]) -> Sequence[str]:
    for key in keys:
        key.path.unlink(missing_ok=True)
    return [key.kid for key in keys]
