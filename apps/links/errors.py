"""What can be wrong with a link. `code` is stable, `message` says what to do about it."""

from typing import Literal

from apps.common.errors import DomainError

Field = Literal["destination_url", "code", "title", "tags", "valid_from", "expires_at", ""]


class LinkError(DomainError):
    """A link cannot be as it was asked for; `field` names the input at fault, "" for the link as a whole."""

    code = "invalid_link"

    def __init__(self, message: str, *, code: str, field: Field) -> None:
        super().__init__(message, code=code, field=field)


class CodeTaken(LinkError):
    """The code asked for belongs to another link of the domain, perhaps a deleted one."""

    http_status = 409
