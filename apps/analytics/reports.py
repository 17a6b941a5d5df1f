"""What analytics tells other rooms and the pages: plain frozen values.

`clicks` and `visitors` leave bots out unless a report was asked for with them; `bots` are counted
apart. A visitor is counted once a day, so over a period of days it is one visitor for each day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Totals:
    clicks: int
    visitors: int
    bots: int


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series; `at` is its start in the viewer's time zone."""

    at: datetime
    clicks: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Share:
    """Clicks with one value of a property. `label` is "" for unknown or absent.

    The last of a list may be all values that are not listed: then `is_other` is set.
    `fraction` is the part of the period's clicks, from 0 to 1.
    """

    label: str
    count: int
    fraction: float
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Clicks by weekday, from Monday on, and hour of the viewer's clock: seven rows of 24 numbers."""

    clicks: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class TopLink:
    link_id: int
    clicks: int
    visitors: int


@dataclass(frozen=True, slots=True)
class LinkReport:
    """One link in a period, beside the period before it. `shares` are by property, ordered by clicks."""

    totals: Totals
    previous: Totals
    series: Sequence[Point]
    previous_series: Sequence[Point]
    shares: Mapping[str, Sequence[Share]]
    heat_map: HeatMap


@dataclass(frozen=True, slots=True)
class WorkspaceReport:
    """All links of a workspace in a period, beside the period before it. `shares` as of a link."""

    totals: Totals
    previous: Totals
    series: Sequence[Point]
    previous_series: Sequence[Point]
    top_links: Sequence[TopLink]
    shares: Mapping[str, Sequence[Share]]
    heat_map: HeatMap


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The values of one property among the clicks of a period, ordered by clicks."""

    total: int
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The courses of several links in one period, by link, each with as many points as the others."""

    totals: Mapping[int, Totals]
    series: Mapping[int, Sequence[Point]]
