"""What the links' pages show, made ready for templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.links import destinations, selectors
from apps.links.listed.addresses import ListQuery
from apps.links.marks import Mark, marks_of
from apps.links.models import Domain, Link, LinkState, Tag

# Tags that a row shows.
TAGS_IN_ROW = 5


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter that can be set or, when it is in force, taken away."""

    label: str
    value: str
    address: str
    is_current: bool


STATE_LABELS = {
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
        for state, label in STATE_LABELS.items()
    ]


def tag_filters(query: ListQuery, tags: Iterable[Tag]) -> list[FilterChip]:
    """One chip a tag; the one in force comes first, and is there even when it is none of `tags`."""
    names = [tag.name for tag in tags if tag.name != query.tag]
    if query.tag:
        names.insert(0, query.tag)
    return [FilterChip(name, name, query.address(tag="" if query.tag == name else name), query.tag == name) for name in names]


def domain_choices(query: ListQuery, domains: Iterable[Domain]) -> list[str]:
    """Hosts to choose from, the one in force among them; none where there is nothing to choose."""
    hosts = [domain.hostname for domain in domains]
    if query.domain and query.domain not in hosts:
        hosts.append(query.domain)
    return hosts if len(hosts) > 1 or query.domain else []


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
