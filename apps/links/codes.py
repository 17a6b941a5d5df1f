"""The one rule for codes, shared by forms, the router, cache keys and the database constraint."""

import re
import secrets
import string

# Letters and digits, with - and _ inside or at the ends of custom codes; compared byte for byte.
PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
MAX_LENGTH = 64
ALPHABET = string.digits + string.ascii_letters
_matches = re.compile(PATTERN[:-1] + r"\Z").match


def is_code(text: str) -> bool:
    """Whether `text` has the form of a code, generated or custom; says nothing of reserved words."""
    return _matches(text) is not None


def generate(length: int) -> str:
    """A random code of `length` base-62 digits from the system's CSPRNG."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
