"""What is asked of a search, whichever engine answers it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final

from apps.links.models import LinkState

# Characters that are looked at; what is longer is cut.
MAX_TEXT: Final = 200
MAX_SIZE: Final = 100
# The last hit that can be paged to.
MAX_DEPTH: Final = 10_000
MAX_TAGS: Final = 10
# What an engine may take, the way there and back included (s).
TIMEOUT_SECONDS: Final = 1.0
# Control characters, halves of surrogate pairs and marks of no width are no part of what people mean.
_BLANKS = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})


class Everywhere(Enum):
    """In place of workspaces: all of them. Only the back office searches so, after asking the policy."""

    EVERYWHERE = "everywhere"


EVERYWHERE: Final = Everywhere.EVERYWHERE


class Sort(StrEnum):
    """Orders of hits. Ties go to the newer link, then to the larger id."""

    RELEVANCE = "relevance"
    NEWEST = "-created_at"
    OLDEST = "created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """Words to look for, and which links may be found at all.

    `text` is plain text: every word must match, and "" finds all that the filters leave. Only links of
    `workspace_ids` are ever found, none when it is empty. `tags` are whole names in whatever case, all of
    which a link must have; `state` None means all links but deleted ones. Links were made at
    `created_from` or later and before `created_before` (aware). `now` (aware) tells the states, `timezone`
    (a name such as Europe/Berlin) when months begin. `page` counts from 1.

    Whatever is out of range is cut to what is possible, so that every query has an answer.
    """

    text: str
    workspace_ids: tuple[int, ...] | Everywhere
    now: datetime
    owner_id: int | None = None
    tags: tuple[str, ...] = ()
    hostname: str = ""
    state: LinkState | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    timezone: str = "UTC"
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20
    with_facets: bool = True

    def __post_init__(self) -> None:
        cleaned: dict[str, object] = {
            "text": clean(self.text),
            "tags": tuple(clean(tag) for tag in self.tags[:MAX_TAGS]),
            "hostname": clean(self.hostname).lower(),
            "page": max(1, self.page),
            "size": min(max(1, self.size), MAX_SIZE),
        }
        for name, value in cleaned.items():
            object.__setattr__(self, name, value)

    @property
    def first(self) -> int:
        """Hits that come before this page."""
        return (self.page - 1) * self.size

    @property
    def is_too_deep(self) -> bool:
        """Whether the page lies beyond what can be paged to; it is empty then."""
        return self.first + self.size > MAX_DEPTH


def clean(text: str) -> str:
    """`text` in NFC on one line, without what cannot be seen, and no longer than MAX_TEXT."""
    visible = "".join(" " if unicodedata.category(character) in _BLANKS else character for character in text[: 4 * MAX_TEXT])
    return unicodedata.normalize("NFC", " ".join(visible.split()))[:MAX_TEXT].rstrip()
