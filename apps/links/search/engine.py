"""What stands behind a search: Elasticsearch or PostgreSQL, which answer alike."""

from typing import Protocol

from apps.links.search.query import SearchQuery
from apps.links.search.results import SearchResult, ServedBy


class SearchUnavailable(Exception):
    """The engine does not answer, or not in time."""


class SearchEngine(Protocol):
    """The contract is tests/links/search/contract.py."""

    @property
    def name(self) -> ServedBy: ...

    def search(self, query: SearchQuery, /) -> SearchResult:
        """What `query` finds. Raises SearchUnavailable."""
