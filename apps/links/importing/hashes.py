"""Hashes of links' passwords that may be taken over, and locks without a key."""

import re
from typing import Final

from django.contrib.auth.hashers import make_password

# BCrypt alone, as it is or over SHA-256, with no more rounds than a visitor's try may cost a server.
_may_be_kept = re.compile(r"bcrypt(?:_sha256)?\$\$2[aby]\$(?P<rounds>\d\d)\$[./A-Za-z0-9]{53}\Z").match
_ROUNDS: Final = range(4, 15)


def is_kept(password_hash: str) -> bool:
    """Whether `password_hash` (in Django's form) can be taken over."""
    found = _may_be_kept(password_hash)
    return found is not None and int(found["rounds"]) in _ROUNDS


def locked() -> str:
    """A hash that no password has: nobody passes until the link gets a new one."""
    return make_password(None)
