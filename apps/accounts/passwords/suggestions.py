"""Random passwords, and what is to be said about one that somebody types."""

import secrets
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User

# Without characters that look alike: 0 O o, 1 I l.
_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"
_ALL = _UPPER + _LOWER + _DIGITS
# Five groups of four: 115 bits.
_GROUP, _LEAST_GROUPS = 4, 5


def suggest_password() -> str:
    """A random password that meets every rule there is: `Kf7m-x9Qp-…`, from the system's CSPRNG."""
    groups = max(_LEAST_GROUPS, -(-settings.PASSWORD_MIN_LENGTH // _GROUP))
    while True:
        letters = [secrets.choice(_ALL) for _ in range(groups * _GROUP)]
        # Nearly all draws have each kind; drawing again keeps every password that has as likely as any other.
        if all(any(letter in kind for letter in letters) for kind in (_UPPER, _LOWER, _DIGITS)):
            return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, len(letters), _GROUP))


def shortcomings(password: str, *, email: str = "", full_name: str = "") -> Sequence[str]:
    """What keeps `password` from being accepted for the person of whom that much is known; empty when nothing does."""
    try:
        validate_password(password, User(email=email, full_name=full_name))
    except ValidationError as error:
        return list(error.messages)
    return []


def requirements() -> str:
    """A sentence about what a new password needs; "" when nothing is asked of it that can be seen from it."""
    length = settings.PASSWORD_MIN_LENGTH
    kinds = [
        (settings.PASSWORD_UPPER_CASE, _("an upper case letter")),
        (settings.PASSWORD_DIGIT, _("a digit")),
        (settings.PASSWORD_SPECIAL_CHARACTER, _("a special character, such as a dash or a space")),
    ]
    parts = [ngettext("%(count)s character or more", "%(count)s characters or more", length) % {"count": length}] if length else []
    parts += [text for is_on, text in kinds if is_on]
    return _("Needs %(list)s.") % {"list": get_text_list(parts, _("and"))} if parts else ""
