"""The base of expected failures. Each room defines its own below it."""

from collections.abc import Mapping


class DomainError(Exception):
    """An expected failure that an edge can show as it is.

    `code` is stable and machine-readable, `message` is a sentence for people, `field` names the
    input that caused it ("" when none did), `http_status` is what HTTP edges answer with.
    """

    code = "error"
    http_status = 400

    def __init__(self, message: str, *, code: str = "", field: str = "", params: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field
        self.params = dict(params or {})


class NotFound(DomainError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"
    http_status = 404


class PermissionDenied(DomainError):
    """The asker may see the thing but not do this to it."""

    code = "permission_denied"
    http_status = 403
