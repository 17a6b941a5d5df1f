"""Addresses of searches: what was typed, and how it is narrowed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from django.http import QueryDict

from apps.links.models import LinkState
from apps.links.search.query import MAX_TEXT, Sort
from apps.links.search.selectors import SearchFilters

# Nobody pages further: see query.MAX_DEPTH.
_LAST_PAGE: Final = 400
_month = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})\Z").match


@dataclass(frozen=True, slots=True)
class SearchAddress:
    """A search as its address says it; unknown values are left out. `month` is "2026-11", `sort` "" for the best first."""

    search: str
    tag: str = ""
    domain: str = ""
    state: str = ""
    month: str = ""
    sort: str = ""
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return True

    @property
    def order(self) -> Sort:
        return Sort(self.sort) if self.sort else Sort.RELEVANCE

    def filters(self, zone: tzinfo) -> SearchFilters:
        """The filters; months begin at midnight in `zone`."""
        first, after = _bounds(self.month, zone)
        return SearchFilters(
            tag=self.tag,
            hostname=self.domain,
            state=LinkState(self.state) if self.state else None,
            created_from=first,
            created_before=after,
            timezone=str(zone),
        )

    def address(self, **changes: str | int) -> str:
        """The query string of this search with `changes`; a changed filter goes back to the first page."""
        named = {name: getattr(self, name) for name in ("search", "tag", "domain", "state", "month", "sort")}
        query = QueryDict(mutable=True)
        for name, value in {**named, **changes}.items():
            if value and not (name == "page" and value == 1):
                query[name] = str(value)
        return f"?{query.urlencode()}"


def read_search(parameters: Mapping[str, str]) -> SearchAddress:
    """The search that an address asks for."""
    state, sort, month, page = (parameters.get(name, "") for name in ("state", "sort", "month", "page"))
    return SearchAddress(
        search=parameters.get("search", "").strip()[: 4 * MAX_TEXT],
        tag=parameters.get("tag", ""),
        domain=parameters.get("domain", ""),
        state=state if state in set(LinkState) else "",
        month=month if _bounds(month, None)[0] else "",
        sort=sort if sort in {Sort.NEWEST, Sort.OLDEST} else "",
        page=min(int(page), _LAST_PAGE) if page.isascii() and page.isdigit() and 0 < len(page) < 8 and int(page) else 1,
    )


def _bounds(month: str, zone: tzinfo | None) -> tuple[datetime | None, datetime | None]:
    """The first instants of a month and of the next; none for what is no month."""
    found = _month(month)
    if not found:
        return None, None
    year, number = int(found["year"]), int(found["month"])
    if not (1 <= number <= 12 and 1 <= year <= 9998):
        return None, None
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)
