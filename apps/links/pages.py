"""What the links' pages show, made ready for templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.links import destinations, selectors
from apps.links.marks import Mark, marks_of
from apps.links.models import Link, LinkState, Tag

PAGE_SIZE = 20
# Later pages are reached by a search; skipping over rows costs more with each page.
LAST_PAGE = 500
# Tags that a row shows.
TAGS_IN_ROW = 5


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters, order and page of the links list, as its address says them; unknown values are left out."""

    search: str
    tag: str
    state: str
    sort: str
    page: int

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.tag or self.state)

    def address(self, **changes: str | int) -> str:
        """The query string for this list with `changes`; a changed filter goes back to the first page."""
        values: dict[str, str | int] = {"search": self.search, "tag": self.tag, "state": self.state, "sort": self.sort, **changes}
        query = QueryDict(mutable=True)
        for name, value in values.items():
            if value and not (name == "sort" and value == "-created_at") and not (name == "page" and value == 1):
                query[name] = str(value)
        return f"?{query.urlencode()}"


def read_query(parameters: Mapping[str, str]) -> ListQuery:
    """The list that an address asks for."""
    state, sort, page = parameters.get("state", ""), parameters.get("sort", ""), parameters.get("page", "")
    return ListQuery(
        search=parameters.get("search", "").strip(),
        tag=parameters.get("tag", ""),
        state=state if state in set(LinkState) else "",
        sort=sort if sort in selectors.SORTS else "-created_at",
        page=min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and 0 < len(page) < 5 and int(page) else 1,
    )


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter that can be set or, when it is in force, taken away."""

    label: str
    value: str
    address: str
    is_current: bool


_STATE_LABELS = {
    "": _("All"),
    LinkState.ACTIVE: _("Active"),
    LinkState.SCHEDULED: _("Scheduled"),
    LinkState.EXPIRED: _("Expired"),
    LinkState.USED_UP: _("Used up"),
    LinkState.DISABLED: _("Disabled"),
    LinkState.BANNED: _("Blocked"),
    LinkState.DELETED: _("Deleted"),
}


def state_filters(query: ListQuery) -> list[FilterChip]:
    """One chip a state, the one in force marked."""
    return [
        FilterChip(str(label), str(state), query.address(state="" if query.state == state else str(state)), query.state == state)
        for state, label in _STATE_LABELS.items()
    ]


def tag_filters(query: ListQuery, tags: Iterable[Tag]) -> list[FilterChip]:
    """One chip a tag; the one in force comes first, and is there even when it is none of `tags`."""
    names = [tag.name for tag in tags if tag.name != query.tag]
    if query.tag:
        names.insert(0, query.tag)
    return [FilterChip(name, name, query.address(tag="" if query.tag == name else name), query.tag == name) for name in names]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link as lists show it."""

    link: Link
    short_url: str
    state: LinkState
    destination: str
    tags: Sequence[str]
    marks: Sequence[Mark]

    @property
    def label(self) -> str:
        """The short link without its scheme, as people say it."""
        return self.short_url.partition("://")[2]

    @property
    def first_tags(self) -> Sequence[str]:
        """As many tags as a row has room for."""
        return self.tags[:TAGS_IN_ROW]

    @property
    def more_tags(self) -> int:
        """Number of the tags beyond those."""
        return max(len(self.tags) - TAGS_IN_ROW, 0)


@dataclass(frozen=True, slots=True)
class LinkPage:
    """One page of a list; there is no count, since counting all rows is what makes lists slow."""

    rows: Sequence[LinkRow]
    previous_address: str
    next_address: str
    # The rows' links, for the one request that fetches all their sparklines.
    sparkline_ids: str


def row_of(link: Link, *, now: datetime) -> LinkRow:
    """Raises no error for what older rules have let into the database: such a destination is shown as stored."""
    return LinkRow(
        link=link,
        short_url=selectors.short_url(link),
        state=link.state_at(now),
        destination=shown_destination(link.destination_url),
        tags=sorted(tag.name for tag in link.tags.all()),
        marks=marks_of(link),
    )


def shown_destination(url: str) -> str:
    """A stored destination without its scheme, its host as it may be shown to people."""
    rest = url.partition("://")[2]
    _host, slash, path = rest.partition("/")
    return destinations.shown_host(url) + (slash + path if path else "")


def aliases_of(link: Link) -> list[tuple[str, str]]:
    """The short URLs under which `link` was shared before, the latest first, each with what people say of it."""
    addresses = [selectors.short_url(link, code) for code in selectors.list_aliases(link)]
    return [(address, address.partition("://")[2]) for address in addresses]


def rows_of(links: QuerySet[Link], *, query: ListQuery, now: datetime) -> LinkPage:
    """The page that `query` asks for, by fetching one row more than it shows."""
    start = (query.page - 1) * PAGE_SIZE
    found = list(links[start : start + PAGE_SIZE + 1])
    rows = [row_of(link, now=now) for link in found[:PAGE_SIZE]]
    return LinkPage(
        rows=rows,
        previous_address=query.address(page=query.page - 1) if query.page > 1 else "",
        next_address=query.address(page=query.page + 1) if len(found) > PAGE_SIZE and query.page < LAST_PAGE else "",
        sparkline_ids=",".join(str(row.link.pk) for row in rows),
    )
