"""What pages and APIs ask analytics. Everything raises AnalyticsUnavailable when ClickHouse does not answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from apps.analytics import breakdowns, comparisons, heat_maps, series, top_links, workspace_series
from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Breakdown, Comparison, LinkReport, WorkspaceReport
from apps.analytics.series import Course
from apps.analytics.sources import QUARTER, RAW, choose, fits

# Links on the dashboard.
TOP_LINKS = 10

_SPARKLINES = """
SELECT link_id, roundDown(toUnixTimestamp({time}), %(cuts)s) AS cut, {clicks} AS clicks
FROM {table}
WHERE workspace_id = %(workspace_id)s AND link_id IN %(link_ids)s
  AND {time} >= toDateTime(%(start)s, 'UTC') AND {time} < toDateTime(%(end)s, 'UTC') AND NOT is_bot
GROUP BY link_id, cut
"""


def link_report(*, link_id: int, period: Period, include_bots: bool = False) -> LinkReport:
    """Clicks of one link in `period`; bots are left out unless asked for, and counted apart in any case.

    Three queries: totals and series of both periods, the most frequent values, and the heat map of the present one.
    """
    course = series.read(RAW, "link_id", link_id, period, include_bots=include_bots)
    clicks = course.totals.clicks
    return LinkReport(
        totals=course.totals,
        previous=course.previous,
        series=course.series,
        previous_series=course.previous_series,
        shares=breakdowns.read("link_id", link_id, period, properties=breakdowns.OF_LINK, total=clicks, include_bots=include_bots),
        heat_map=heat_maps.read("link_id", link_id, period, include_bots=include_bots),
    )


def workspace_report(*, workspace_id: int, period: Period, include_bots: bool = False) -> WorkspaceReport:
    """Clicks of all links of a workspace in `period`; bots as for one link, but never among the links most followed. Seven queries
    at most."""
    course = _workspace_course(workspace_id, period, include_bots=include_bots)
    clicks, properties = course.totals.clicks, breakdowns.OF_WORKSPACE
    return WorkspaceReport(
        totals=course.totals,
        previous=course.previous,
        series=course.series,
        previous_series=course.previous_series,
        top_links=top_links.read(workspace_id, period, limit=TOP_LINKS),
        shares=breakdowns.read("workspace_id", workspace_id, period, properties=properties, total=clicks, include_bots=include_bots),
        heat_map=heat_maps.read("workspace_id", workspace_id, period, include_bots=include_bots),
    )


def link_breakdown(*, link_id: int, period: Period, name: str, include_bots: bool = False) -> Breakdown:
    """The values of the property `name` (one of PROPERTIES) among a link's clicks, `breakdowns.MOST` of them. Two queries."""
    total = series.read(RAW, "link_id", link_id, period, include_bots=include_bots).totals.clicks
    return _breakdown("link_id", link_id, period, name, total=total, include_bots=include_bots)


def workspace_breakdown(*, workspace_id: int, period: Period, name: str, include_bots: bool = False) -> Breakdown:
    """The same for all links of a workspace. Three queries at most."""
    total = _workspace_course(workspace_id, period, include_bots=include_bots).totals.clicks
    return _breakdown("workspace_id", workspace_id, period, name, total=total, include_bots=include_bots)


def compare(*, link_ids: Sequence[int], period: Period, include_bots: bool = False) -> Comparison:
    """The courses of up to `comparisons.MOST` links. One query. Raises ValueError for more of them."""
    return comparisons.read(link_ids, period, include_bots=include_bots)


def _breakdown(
    owner: Literal["link_id", "workspace_id"], owner_id: int, period: Period, name: str, *, total: int, include_bots: bool
) -> Breakdown:
    shares = breakdowns.read(owner, owner_id, period, properties=[name], total=total, include_bots=include_bots, top=breakdowns.MOST)
    return Breakdown(total, shares[name])


def _workspace_course(workspace_id: int, period: Period, *, include_bots: bool) -> Course:
    if fits(QUARTER, period.previous(), period):
        return workspace_series.read(workspace_id, period, include_bots=include_bots)
    return series.read(RAW, "workspace_id", workspace_id, period, include_bots=include_bots)


def sparklines(*, workspace_id: int, link_ids: Sequence[int], days: int = 30, now: datetime, tz: ZoneInfo) -> dict[int, list[int]]:
    """Clicks per day, without bots, of each of `link_ids` in the last `days` days; links without clicks have zeros. One query."""
    if not link_ids:
        return {}
    period = Period.last(days=days, now=now, tz=tz)
    cuts = [_epoch(bucket) for bucket in period.buckets()]
    lines = {link_id: dict.fromkeys(cuts, 0) for link_id in link_ids}
    parameters = {
        "workspace_id": workspace_id,
        "link_ids": list(link_ids),
        "cuts": cuts,
        "start": _epoch(period.start),
        "end": _epoch(period.end),
    }
    for link_id, cut, clicks in fetch(_SPARKLINES.format_map(choose(period).names), parameters):
        lines[link_id][cut] = clicks
    return {link_id: list(line.values()) for link_id, line in lines.items()}


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
