"""Tokens of invitations: the mail has the token, the database its hash."""

import secrets
from hashlib import sha256

_BYTES = 32


def new_token() -> str:
    """256 random bits, in characters that need no escaping in addresses."""
    return secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> str:
    """SHA-256 as 64 hexadecimal digits. No salt: a token cannot be guessed."""
    return sha256(token.encode(errors="replace")).hexdigest()
