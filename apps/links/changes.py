"""What an edit asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final


class Unset(Enum):
    """Type of UNSET, so that type checkers can tell it from None."""

    UNSET = "unset"


# Leave the field as it is; None would mean: empty it.
UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """How a link sends people on, for a new link as for an edit; apps.links.options and apps.links.locks have the rules."""

    redirect_status: int | Unset = UNSET
    cache_seconds: int | Unset = UNSET
    forward_query: bool | Unset = UNSET
    forward_path: bool | Unset = UNSET
    utm: Mapping[str, str] | Unset = UNSET
    max_clicks: int | Unset | None = UNSET
    is_crawlable: bool | Unset = UNSET
    # In clear, and kept as a hash only; "" or None opens the link to all.
    password: str | Unset | None = field(default=UNSET, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanges(LinkOptions):
    """New values by field; times are aware, None takes a limit away."""

    destination_url: str | Unset = UNSET
    title: str | Unset = UNSET
    description: str | Unset = UNSET
    tags: Sequence[str] | Unset = UNSET
    valid_from: datetime | Unset | None = UNSET
    expires_at: datetime | Unset | None = UNSET
