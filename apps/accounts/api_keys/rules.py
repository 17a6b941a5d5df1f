"""What a key may be called, and how long it may live."""

import unicodedata
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.models import API_KEY_NAME_MAX_LENGTH, User
from apps.accounts.policy import ApiActor

# Control characters, halves of surrogate pairs, and what turns the direction of the text around it.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs"})
_REFUSED: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def checked_name(name: str) -> str:
    """`name` in NFC, without needless blanks. Raises KeyRefused `name_required` for none, and for what cannot be read."""
    text = unicodedata.normalize("NFC", " ".join(name.split()))
    is_readable = not any(unicodedata.category(character) in _REFUSED_CATEGORIES or character in _REFUSED for character in text)
    # Some characters have a category of their own, and no shape: a name of them alone would be an empty one.
    has_shape = any(unicodedata.category(character)[0] in "LNPS" for character in text)
    if not (is_readable and has_shape) or len(text) > API_KEY_NAME_MAX_LENGTH:
        message = _("Give the key a name that can be read, of at most %(limit)d characters.") % {"limit": API_KEY_NAME_MAX_LENGTH}
        raise KeyRefused(message, code="name_required", field="name")
    return text


def checked_expiry(expires_at: datetime | None, *, actor: User | ApiActor, now: datetime) -> datetime | None:
    """`expires_at`, if it lies ahead and not after the end of the key that `actor` came with.

    Raises KeyRefused `expiry_passed` or `expiry_exceeded`.
    """
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(_("Choose a moment that lies ahead."), code="expiry_passed", field="expires_at")
    end = actor.valid_until if isinstance(actor, ApiActor) else None
    if end is not None and (expires_at is None or expires_at > end):
        message = _("A key that expires cannot make or keep one that outlives it.")
        raise KeyRefused(message, code="expiry_exceeded", field="expires_at")
    return expires_at
