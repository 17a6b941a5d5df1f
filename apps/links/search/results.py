"""What a search finds, whichever engine answered it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# Hits are counted up to here; beyond it the total is "more than".
MAX_TOTAL: Final = 10_000
# Longest highlight of one field (characters), and most values that a facet tells.
MAX_HIGHLIGHT: Final = 160
MAX_FACETS: Final = 20
MAX_MONTHS: Final = 24


class ServedBy(StrEnum):
    ELASTICSEARCH = "elasticsearch"
    POSTGRESQL = "postgresql"


class Field(StrEnum):
    """Fields that words are looked for in."""

    CODE = "code"
    DESTINATION_URL = "destination_url"
    TITLE = "title"
    DESCRIPTION = "description"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of plain text, never HTML; `is_match` when a word of the query is the reason for it."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A link that was found. `highlights` has the fields with a match: the text around it in its pieces; of
    tags the matching ones, comma-separated."""

    link_id: int
    score: float = 0.0
    highlights: Mapping[Field, tuple[Segment, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of the links that were found there are by tag, domain, state (LinkState) and month ("2026-11").

    The largest come first, months from the newest on; a facet has no more than MAX_FACETS values (MAX_MONTHS).
    """

    tags: Sequence[FacetCount] = ()
    hostnames: Sequence[FacetCount] = ()
    states: Sequence[FacetCount] = ()
    months: Sequence[FacetCount] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits; `total` is exact up to MAX_TOTAL. `took` is in seconds."""

    hits: Sequence[Hit]
    total: int
    served_by: ServedBy
    is_total_exact: bool = True
    facets: Facets = field(default_factory=Facets)
    took: float = 0.0
