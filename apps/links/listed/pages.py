"""One page of the links list, made ready for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.links.listed.addresses import ListQuery
from apps.links.listed.finding import MAX_COUNT
from apps.links.listed.selectors import END, PAGE_SIZE, START, ListedPage
from apps.links.pages import LinkRow, row_of


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Rows, what they are part of, and the addresses of the pages beside them ("": there is none)."""

    rows: Sequence[LinkRow]
    # 0 when nobody knows which of many pages this is.
    number: int
    first_address: str = ""
    previous_address: str = ""
    next_address: str = ""
    last_address: str = ""
    # Links on all pages, and whether it is more than that.
    count: int = 0
    is_more: bool = False

    @property
    def sparkline_ids(self) -> str:
        """The rows' links, for the one request that fetches all their sparklines."""
        return ",".join(str(row.link.pk) for row in self.rows)


def page_of(listed: ListedPage, *, query: ListQuery, now: datetime) -> LinkPage:
    """The page that `query` asks for, read from its list."""
    number = _number(listed, query)
    previous, following = listed.previous, listed.following
    return LinkPage(
        rows=[row_of(link, now=now) for link in listed.links],
        number=number,
        first_address=query.address_at(START, page=1) if previous else "",
        previous_address=query.address_at(previous, page=max(number - 1, 0)) if previous else "",
        next_address=query.address_at(following, page=number and number + 1) if following else "",
        last_address=query.address_at(END, page=0) if following else "",
        count=min(listed.count, MAX_COUNT),
        is_more=not listed.is_counted,
    )


def _number(listed: ListedPage, query: ListQuery) -> int:
    if listed.previous is None:
        return 1
    if listed.following is None and listed.is_counted:
        return -(-listed.count // PAGE_SIZE)
    return query.page
