"""What a key is made of, and how it is kept.

`shk_` + 8 characters that may be shown + `_` + 43 secret characters + 6 characters of a checksum, all of base 62:
62 characters that a double click selects, and that scanners for leaked secrets find by

    shk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}

The checksum (CRC-32 of all that stands before it) tells a key from what only looks like one, and a slip of the hand from a
wrong key, without asking the database. It protects nothing: whoever invents a key can reckon it.

The database has the SHA-256 of the whole key. A slow hash such as BCrypt protects what people think up, which can be
guessed; here 43 characters hold 256 random bits, of which nobody guesses one key in the lifetime of the sun, however
quick the hash is. It would cost each request a fifth of a second and protect nothing more. Nor has it a salt, which keeps equal
passwords apart, or a key of the installation, with which all keys would be void when that is replaced.

The row is found by the part that may be shown, and the hashes are compared in constant time, also when there is no
row: how long it takes tells nothing about either.
"""

import re
import secrets
import zlib
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

BEGINNING: Final = "shk_"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHOWN: Final = 8
# 62 to this power is more than 2 to the power of 256.
_SECRET: Final = 43
_CHECKSUM: Final = 6
PREFIX_LENGTH: Final = len(BEGINNING) + _SHOWN
_match = re.compile(rf"{BEGINNING}[0-9A-Za-z]{{{_SHOWN}}}_[0-9A-Za-z]{{{_SECRET + _CHECKSUM}}}\Z").match
# Of no key: it takes the place of the hash where there is no row.
_NOBODYS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class NewKey:
    """`text` is for its owner's eyes, once; `prefix` and `secret_hash` are kept."""

    text: str
    prefix: str
    secret_hash: str


def new_key() -> NewKey:
    """A key from the system's random numbers."""
    prefix = BEGINNING + _random(_SHOWN)
    unchecked = f"{prefix}_{_random(_SECRET)}"
    text = unchecked + _checksum(unchecked)
    return NewKey(text=text, prefix=prefix, secret_hash=_hashed(text))


def looks_like_key(text: str) -> bool:
    """Whether `text` is meant to be a key, and not a token of another kind."""
    return text.startswith(BEGINNING)


def prefix_of(text: str) -> str | None:
    """The part by which the key `text` is found; None when it is none: cut off, mistyped, or of something else."""
    if _match(text) is None or _checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        return None
    return text[:PREFIX_LENGTH]


def is_right(text: str, secret_hash: str | None) -> bool:
    """Whether `secret_hash` is that of the key `text`, in a time that does not tell; None where there is no such row."""
    return compare_digest(_hashed(text), secret_hash or _NOBODYS) and secret_hash is not None


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode("ascii"))
    digits = ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def _hashed(text: str) -> str:
    return sha256(text.encode("ascii")).hexdigest()
