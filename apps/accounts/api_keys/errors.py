"""Why something about a key is refused, and why a key is."""

from apps.common.errors import DomainError


class KeyRefused(DomainError):
    """A key cannot be as asked for; the codes are `name_required`, `scopes_required`, `unknown_scope`, `scope_exceeded`,
    `scopes_beside_domain`, `unknown_domain`, `expiry_passed`, `expiry_exceeded` and `too_many_keys`."""

    code = "key_refused"
    http_status = 422


class KeyNotAccepted(DomainError):
    """The key that was presented lets nobody in. The codes are `key_malformed` for what cannot be a key, `invalid_key`, and to who
    has shown that the secret is right, `key_expired`, `key_revoked` and `key_owner_inactive`."""

    code = "invalid_key"
    http_status = 401


class TooManyWrongKeys(DomainError):
    """The address has presented too many wrong keys; it may try another one in `retry_after` seconds."""

    code = "too_many_wrong_keys"
    http_status = 429

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, params={"retry_after": retry_after})
        self.retry_after = retry_after
