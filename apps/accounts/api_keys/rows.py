"""What a list of keys says of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.accounts.models import ApiKey, User

# A key that ends so soon is marked.
_SOON: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeyRow:
    key: ApiKey
    is_own: bool
    is_expired: bool
    expires_soon: bool


def rows_of(keys: Iterable[ApiKey], *, reader: User, now: datetime) -> Sequence[KeyRow]:
    """`keys` as `reader` sees them."""
    return [
        KeyRow(
            key=key,
            is_own=key.membership.user_id == reader.pk,
            is_expired=key.is_expired_at(now),
            expires_soon=not key.is_expired_at(now) and key.is_expired_at(now + _SOON),
        )
        for key in keys
    ]
