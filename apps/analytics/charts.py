"""Reports as templates and the chart script take them."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from apps.analytics.dimensions import DIMENSIONS
from apps.analytics.periods import Bucket
from apps.analytics.reports import HeatMap, LinkReport, Point, Share, Totals, WorkspaceReport

# Height of a sparkline's box, in its own units.
SPARK_HEIGHT = 20.0
# Shades of a heat map.
HEAT_LEVELS = 5
_LABELS: Mapping[Bucket, str] = {"hour": "H:i", "day": "j M", "week": "j M", "month": "M Y"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A total beside that of the period before. `change` is in whole percent, None without a base."""

    name: str
    label: str
    value: int
    change: int | None

    @property
    def change_words(self) -> str:
        """The change as it is written: percent, and beyond tenfold how many times as many."""
        if self.change is None:
            return ""
        if self.change >= 1000:
            return f"×{round(self.change / 100 + 1):,}"
        sign = "+" if self.change > 0 else "−" if self.change < 0 else "±"
        return f"{sign}{abs(self.change)} %"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a breakdown; `percent` of the clicks, `width` relative to the largest row."""

    label: str
    count: int
    percent: int
    width: float


@dataclass(frozen=True, slots=True)
class Card:
    """One property of a report."""

    name: str
    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Clicks in one hour of one weekday; `level` from 0 (none) to HEAT_LEVELS."""

    clicks: int
    level: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    weekday: str
    cells: Sequence[HeatCell]


@dataclass(frozen=True, slots=True)
class SeriesRow:
    label: str
    clicks: int
    visitors: int
    previous: int


def tiles(totals: Totals, previous: Totals) -> list[Tile]:
    """Clicks, visitors and bots."""
    return [
        Tile("clicks", _("Clicks"), totals.clicks, _change(totals.clicks, previous.clicks)),
        Tile("visitors", _("Visitors"), totals.visitors, _change(totals.visitors, previous.visitors)),
        Tile("bots", _("Bots, counted apart"), totals.bots, _change(totals.bots, previous.bots)),
    ]


def _change(now: int, before: int) -> int | None:
    return round((now - before) * 100 / before) if before else None


def series_rows(report: LinkReport | WorkspaceReport, bucket: Bucket) -> list[SeriesRow]:
    """The course of clicks, each bucket beside its counterpart in the period before."""
    before = [point.clicks for point in report.previous_series]
    return [
        SeriesRow(_bucket_label(point, bucket), point.clicks, point.visitors, before[index] if index < len(before) else 0)
        for index, point in enumerate(report.series)
    ]


def _bucket_label(point: Point, bucket: Bucket) -> str:
    # `at` is in the viewer's zone already; Django must not move it again.
    local = point.at.replace(tzinfo=None)
    return formats.date_format(local, _LABELS[bucket])


def chart_data(rows: Sequence[SeriesRow]) -> dict[str, Any]:
    """What static/js/charts.js draws."""
    return {
        "labels": [row.label for row in rows],
        "clicks": [row.clicks for row in rows],
        "previous": [row.previous for row in rows],
        "words": {"clicks": _("Clicks"), "previous": _("The period before")},
    }


def lines_data(courses: Mapping[str, Sequence[Point]], bucket: Bucket) -> dict[str, Any]:
    """The same with a line for each of `courses`, which have as many points each."""
    some = next(iter(courses.values()))
    return {
        "labels": [_bucket_label(point, bucket) for point in some],
        "lines": [{"name": name, "clicks": [point.clicks for point in points]} for name, points in courses.items()],
    }


def cards(report: LinkReport | WorkspaceReport) -> list[Card]:
    """A card for each property of a report."""
    return [card(name, shares) for name, shares in report.shares.items()]


def card(name: str, shares: Sequence[Share]) -> Card:
    """One property with its values as bars."""
    dimension = DIMENSIONS[name]
    most = max((share.count for share in shares), default=0)
    bars = [
        Bar(
            _("All others") if share.is_other else dimension.write(share.label),
            share.count,
            round(share.fraction * 100),
            round(share.count * 100 / most, 2) if most else 0.0,
        )
        for share in shares
    ]
    return Card(name, str(dimension.title), bars)


def heat_rows(heat_map: HeatMap) -> list[HeatRow]:
    """Rows from Monday on; no rows when nobody has clicked."""
    most = max(map(max, heat_map.clicks))
    if not most:
        return []
    return [
        HeatRow(str(WEEKDAYS[number]), [HeatCell(clicks, math.ceil(clicks * HEAT_LEVELS / most)) for clicks in hours])
        for number, hours in enumerate(heat_map.clicks)
    ]


def sparkline_points(counts: Sequence[int]) -> str:
    """Points of an SVG polyline, one unit a day wide and SPARK_HEIGHT high."""
    top = max(counts, default=0) or 1
    return " ".join(f"{day},{SPARK_HEIGHT - count * SPARK_HEIGHT / top:.1f}" for day, count in enumerate(counts))


def digest(report: LinkReport | WorkspaceReport) -> str:
    """Changes when the report does: a page that has seen it needs no fresh fragment."""
    return hashlib.blake2b(repr(report).encode(), digest_size=9).hexdigest()
