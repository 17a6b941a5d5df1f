"""Addresses of the links list: which links they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from apps.links.listed import cursors
from apps.links.listed.selectors import END, START, ListFilter, Seek
from apps.links.listing import SORTS
from apps.links.models import LinkState

USUAL_SORT: Final = "-created_at"
# What `before` says for the last page of all.
_END = "end"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters, order and page of the links list, as its address says them; unknown values are left out. `page` is what the
    page is called (0: nobody knows its number), `seek` where it begins."""

    tag: str
    domain: str
    state: str
    sort: str
    page: int
    seek: Seek

    @property
    def is_filtered(self) -> bool:
        return bool(self.tag or self.domain or self.state)

    @property
    def wanted(self) -> ListFilter:
        return ListFilter(tag=self.tag, domain=self.domain, state=self.state)

    def address(self, **changes: str | int) -> str:
        """The query string for this list with `changes`; a changed filter goes back to the first page."""
        named = {"tag": self.tag, "domain": self.domain, "state": self.state, "sort": self.sort}
        query = QueryDict(mutable=True)
        for name, value in {**named, **changes}.items():
            if value and not (name == "sort" and value == USUAL_SORT) and not (name == "page" and value == 1):
                query[name] = str(value)
        return f"?{query.urlencode()}"

    def address_at(self, seek: Seek, *, page: int) -> str:
        """The query string for the page of this list at `seek`, called `page` (0: nobody knows its number)."""
        if seek == START:
            return self.address()
        if seek.backwards:
            return self.address(before=str(seek.cursor or _END), page=page)
        return self.address(after=str(seek.cursor), page=page)


def read_query(parameters: Mapping[str, str]) -> ListQuery:
    """The list that an address asks for."""
    state, sort, seek = parameters.get("state", ""), parameters.get("sort", ""), _seek(parameters)
    return ListQuery(
        tag=parameters.get("tag", ""),
        domain=parameters.get("domain", ""),
        state=state if state in set(LinkState) else "",
        sort=sort if sort in SORTS else USUAL_SORT,
        page=1 if seek == START else _number(parameters.get("page", "")),
        seek=seek,
    )


def _seek(parameters: Mapping[str, str]) -> Seek:
    if parameters.get("before") == _END:
        return END
    if before := cursors.parse(parameters.get("before", "")):
        return Seek(before, backwards=True)
    return Seek(cursors.parse(parameters.get("after", "")))


def _number(text: str) -> int:
    """A page's number; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
