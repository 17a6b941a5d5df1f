"""One page of what a search has found, made ready for templates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.links.pages import STATE_LABELS, LinkRow, row_of
from apps.links.search.addresses import SearchAddress
from apps.links.search.query import MAX_DEPTH
from apps.links.search.results import FacetCount, Field, Segment, ServedBy
from apps.links.search.selectors import FoundLink, FoundLinks


@dataclass(frozen=True, slots=True)
class FoundRow(LinkRow):
    """A row with its matches: `in_code` and the like are in pieces of text, empty where nothing matches."""

    in_code: Sequence[Segment]
    in_destination: Sequence[Segment]
    in_title: Sequence[Segment]
    in_description: Sequence[Segment]
    in_tags: Sequence[Sequence[Segment]]

    @property
    def place(self) -> str:
        """What stands before the code."""
        return self.label[: -len(self.link.code)]


@dataclass(frozen=True, slots=True)
class Chip:
    """A value that narrows the search or, when it does so already, is taken away by a click."""

    label: StrOrPromise
    address: str
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ChipGroup:
    name: StrOrPromise
    icon: str
    chips: Sequence[Chip]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Rows, how many there are of them in all, and ways to narrow them down. Names as in `listed.pages.LinkPage`."""

    rows: Sequence[FoundRow]
    number: int
    count: int
    is_more: bool
    groups: Sequence[ChipGroup]
    is_fallback: bool
    previous_address: str = ""
    next_address: str = ""
    first_address: str = ""
    last_address: str = ""

    @property
    def sparkline_ids(self) -> str:
        return ",".join(str(row.link.pk) for row in self.rows)


def page_of_found(found: FoundLinks, *, asked: SearchAddress, size: int, now: datetime) -> FoundPage:
    result = found.result
    end = asked.page * size
    has_next = len(result.hits) == size and end + size <= MAX_DEPTH and (end < result.total or not result.is_total_exact)
    return FoundPage(
        rows=[_row(link, now=now) for link in found.links],
        number=asked.page,
        count=result.total,
        is_more=not result.is_total_exact,
        groups=_groups(found, asked),
        is_fallback=bool(settings.ELASTICSEARCH) and result.served_by is ServedBy.POSTGRESQL,
        previous_address=asked.address(page=asked.page - 1) if asked.page > 1 else "",
        next_address=asked.address(page=asked.page + 1) if has_next else "",
    )


def _row(found: FoundLink, *, now: datetime) -> FoundRow:
    row, marked = row_of(found.link, now=now), found.marked
    return FoundRow(
        link=row.link,
        short_url=row.short_url,
        state=row.state,
        destination=row.destination,
        tags=row.tags,
        marks=row.marks,
        in_code=marked.get(Field.CODE, ()),
        in_destination=marked.get(Field.DESTINATION_URL, ()),
        in_title=marked.get(Field.TITLE, ()),
        in_description=marked.get(Field.DESCRIPTION, ()),
        in_tags=found.tags,
    )


def _groups(found: FoundLinks, asked: SearchAddress) -> Sequence[ChipGroup]:
    facets = found.result.facets
    groups = (
        ChipGroup(_("Tags"), "tag", _chips(facets.tags, asked, "tag")),
        ChipGroup(_("Domains"), "globe", _chips(facets.hostnames, asked, "domain")),
        ChipGroup(_("States"), "", _chips(facets.states, asked, "state", STATE_LABELS)),
        ChipGroup(_("Months"), "calendar", _chips(facets.months, asked, "month", _MonthNames())),
    )
    # One value alone narrows nothing, unless it does so now and can be taken away.
    return [group for group in groups if len(group.chips) > 1 or any(chip.is_current for chip in group.chips)]


def _chips(
    counts: Sequence[FacetCount], asked: SearchAddress, name: str, labels: Mapping[str, StrOrPromise] | None = None
) -> Sequence[Chip]:
    current = getattr(asked, name)
    label: Callable[[str], StrOrPromise] = labels.__getitem__ if labels else str
    chips = [
        Chip(label(count.value), asked.address(**{name: count.value}), count.count, is_current=False)
        for count in counts
        if count.value.casefold() != current.casefold()
    ]
    if current:
        chips.insert(0, Chip(label(current), asked.address(**{name: ""}), None, is_current=True))
    return chips


class _MonthNames(dict[str, StrOrPromise]):
    """Names of months in the reader's language, by "2026-11"."""

    def __missing__(self, month: str) -> str:
        year, number = map(int, month.split("-"))
        return formatted(datetime(year, number, 1), "F Y")  # noqa: DTZ001 - a month, at no place
