"""A link as a file tells of it, whatever the format, before anything is judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.links.errors import LinkError


def refusal(code: str, message: str) -> LinkError:
    """The error to raise about a row; `message` is a whole sentence."""
    return LinkError(message, code=code, field="")


@dataclass(slots=True, kw_only=True)
class LinkRecord:
    """Texts are as in the file, times aware (UTC where the file names no zone). `notes` are sentences on what
    could not be carried over; they are shown beside the row."""

    destination_url: str
    code: str = ""
    # "" where the file does not say on which host the link is.
    hostname: str = ""
    title: str = ""
    description: str = ""
    tags: Sequence[str] = ()
    created_at: datetime | None = None
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    max_clicks: int | None = None
    redirects_used: int = 0
    click_count: int = 0
    is_active: bool = True
    redirect_status: int = 302
    cache_seconds: int = 0
    forward_query: bool = False
    forward_path: bool = False
    is_crawlable: bool = False
    utm: dict[str, str] = field(default_factory=dict)
    # Rules as mappings with `priority`, `conditions`, `destination_url` and `weight`.
    rules: Sequence[dict[str, Any]] = ()
    aliases: Sequence[str] = ()
    # A link that has a password is never imported as an open one: with neither a hash that can be taken over nor the
    # password itself, it is locked until somebody sets a new one.
    is_protected: bool = False
    password: str = field(default="", repr=False)
    password_hash: str = field(default="", repr=False)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file: where it begins (line, or number where there are no lines), and the link it tells of, or why it cannot be read."""

    line: int
    record: LinkRecord | LinkError
