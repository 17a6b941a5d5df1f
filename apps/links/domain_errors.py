"""What can be wrong with a domain. `code` is stable, `message` says what to do about it."""

from typing import Literal

from apps.common.errors import DomainError

Field = Literal["hostname", "root_url", "not_found_url", "expired_url", "apple_app_ids", "android_apps", ""]


class DomainRefused(DomainError):
    """A domain cannot be as it was asked for; `field` names the input at fault, "" for the domain as a whole."""

    code = "invalid_domain"

    def __init__(self, message: str, *, code: str, field: Field) -> None:
        super().__init__(message, code=code, field=field)


class DomainTaken(DomainRefused):
    """The host is a domain already, perhaps of others."""

    http_status = 409


class DomainInUse(DomainRefused):
    """The domain has links, which would be lost with it."""

    http_status = 409


class NotVerified(DomainRefused):
    """The DNS does not show that the domain is the workspace's, or cannot be asked at present."""

    http_status = 409
