"""The RSA keys that tokens are signed with, in files of JWT_KEYS_DIR that their owner alone may read.

A file is named by the instant from which its key signs and by the key's id, `20261124T120000000000Z-<kid>.pem` (UTC). A key is
published some time before it signs, so that every process and everybody who has fetched the key set knows it by then,
and stays published until the last token that it has signed is over. The id is the key's thumbprint (RFC 7638).
"""

import fcntl
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from jwt.algorithms import RSAAlgorithm

_BITS: Final = 2048
_STAMP: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, and the instant from which it signs."""

    kid: str
    signs_from: datetime
    private: RSAPrivateKey
    path: Path

    @property
    def public(self) -> RSAPublicKey:
        return self.private.public_key()

    def as_jwk(self) -> Mapping[str, Any]:
        """The public half as a JSON Web Key (RFC 7517)."""
        found = RSAAlgorithm.to_jwk(self.public, as_dict=True)
        return {"kty": found["kty"], "n": found["n"], "e": found["e"], "kid": self.kid, "use": "sig", "alg": "RS256"}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys that are published, those that sign first in front."""

    keys: Sequence[SigningKey]

    def signing(self, now: datetime) -> SigningKey:
        """The one that signs at `now`."""
        return next((key for key in reversed(self.keys) if key.signs_from <= now), self.keys[0])

    def by_id(self, kid: str) -> SigningKey | None:
        return next((key for key in self.keys if key.kid == kid), None)

    def outlived(self, now: datetime, *, life: timedelta) -> Sequence[SigningKey]:
        """Keys of which no token is left, if none lives longer than `life`: the next one has signed for as long."""
        return [key for key, after in zip(self.keys, self.keys[1:], strict=False) if after.signs_from + life <= now]


def key_ring() -> KeyRing:
    """The keys in JWT_KEYS_DIR, read again when a file has come or gone.

    The first one is made by itself, but not in a folder that was set: other machines have to have the same.
    Raises ImproperlyConfigured, naming the setting.
    """
    folder = Path(settings.JWT_KEYS_DIR)
    ring = _read(folder)
    if ring.keys:
        return ring
    if not settings.JWT_KEYS_ARE_OURS:
        raise ImproperlyConfigured(f"JWT_KEYS_DIR: no key in {folder}; `manage.py rotate_jwt_key` makes one")
    with _locked(folder):
        if not _files(folder):
            make_key(signs_from=datetime.now(UTC))
    return _read(folder)


def make_key(*, signs_from: datetime) -> SigningKey:
    """A new key in JWT_KEYS_DIR. Raises OSError."""
    folder = Path(settings.JWT_KEYS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = generate_private_key(public_exponent=65537, key_size=_BITS)
    signs_from = signs_from.astimezone(UTC)
    kid = _thumbprint(private.public_key())
    path = folder / f"{signs_from:{_STAMP}}-{kid}.pem"
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return SigningKey(kid, signs_from, private, path)


def _read(folder: Path) -> KeyRing:
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return KeyRing(())
    return _read_once(folder, changed, len(_files(folder)))


@lru_cache(maxsize=4)
def _read_once(folder: Path, _changed: int, _count: int) -> KeyRing:
    return KeyRing(tuple(_key(path) for path in _files(folder)))


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.pem"))


def _key(path: Path) -> SigningKey:
    stamp, _dash, kid = path.stem.partition("-")
    try:
        signs_from = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"JWT_KEYS_DIR: {path.name} is no key of ours ({error})") from None
    if not isinstance(private, RSAPrivateKey) or _thumbprint(private.public_key()) != kid:
        raise ImproperlyConfigured(f"JWT_KEYS_DIR: {path.name} is not the RSA key that its name says")
    return SigningKey(kid, signs_from, private, path)


def _thumbprint(public: RSAPublicKey) -> str:
    found = RSAAlgorithm.to_jwk(public, as_dict=True)
    text = json.dumps({name: found[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Of several processes that start together, one makes the first key."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
