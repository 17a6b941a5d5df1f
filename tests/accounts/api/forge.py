"""Access tokens that are right but for one thing."""

import json
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from apps.accounts.tokens.keys import SigningKey, key_ring


def signing_key() -> SigningKey:
    return key_ring().signing(datetime.now(UTC))


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def signed(token: str, *, without: str = "", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """`token` with other claims, signed by the right key."""
    found = {**claims_of(token), "jti": uuid4().hex, **claims}
    found.pop(without, None)
    key = signing_key()
    return jwt.encode(found, key.private, algorithm="RS256", headers={"kid": key.kid, **(header or {})})


def by_algorithm(token: str, algorithm: str) -> str:
    """The same claims by another algorithm, under the right key id."""
    key = signing_key()
    private = new_ec_key(SECP256R1()) if algorithm.startswith("ES") else key.private
    return jwt.encode(claims_of(token), private, algorithm=algorithm, headers={"kid": key.kid})


def unsigned(token: str, algorithm: str) -> str:
    return f"{_header(algorithm)}.{token.split('.')[1]}."


def by_secret(token: str, secret: bytes) -> str:
    """HS256 with something public as the secret; a library would refuse to make it."""
    head = _header("HS256")
    mac = HMAC(secret, SHA256())
    mac.update(f"{head}.{token.split('.')[1]}".encode())
    return f"{head}.{token.split('.')[1]}.{_part(mac.finalize())}"


def with_payload(payload: bytes) -> str:
    """Any bytes, signed by the right key."""
    key = signing_key()
    return jwt.PyJWS().encode(payload, key.private, algorithm="RS256", headers={"kid": key.kid})


def with_other_payload(token: str, **claims: Any) -> str:
    """Other claims under the old signature."""
    head, _payload, signature = token.split(".")
    return f"{head}.{jwt.encode({**claims_of(token), **claims}, 'x' * 32).split('.')[1]}.{signature}"


def now() -> int:
    return int(time.time())


def issuer() -> str:
    return settings.PUBLIC_URL


def _header(algorithm: str) -> str:
    return _part(json.dumps({"alg": algorithm, "typ": "JWT", "kid": signing_key().kid}).encode())


def _part(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
