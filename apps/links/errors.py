"""What can be wrong with a link. `code` is stable, `message` says what to do about it."""

from collections.abc import Mapping
from typing import Literal

from apps.common.errors import DomainError

Field = Literal[
    "domain",
    "destination_url",
    "code",
    "title",
    "description",
    "tags",
    "valid_from",
    "expires_at",
    "redirect_status",
    "cache_seconds",
    "forward_query",
    "forward_path",
    "utm",
    "rules",
    "max_clicks",
    "is_crawlable",
    "password",
    "",
]


class LinkError(DomainError):
    """A link cannot be as it was asked for; `field` names the input at fault, "" for the link as a whole."""

    code = "invalid_link"

    def __init__(self, message: str, *, code: str, field: Field, params: Mapping[str, object] | None = None) -> None:
        super().__init__(message, code=code, field=field, params=params)


class CodeTaken(LinkError):
    """The code asked for belongs to another link of the domain, perhaps a deleted one."""

    http_status = 409
