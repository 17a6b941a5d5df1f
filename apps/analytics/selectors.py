"""What pages and APIs ask analytics. Everything raises AnalyticsUnavailable when ClickHouse does not answer."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.analytics import breakdowns, series, top_links, workspace_series
from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import LinkReport, WorkspaceReport
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

    Two queries: totals and series of both periods, and all breakdowns of the present one.
    """
    course = series.read(RAW, "link_id", link_id, period, include_bots=include_bots)
    shares = breakdowns.read(link_id, period, total=course.totals.clicks, include_bots=include_bots)
    return LinkReport(
        totals=course.totals,
        previous=course.previous,
        series=course.series,
        previous_series=course.previous_series,
        countries=shares["country"],
        referrers=shares["referrer_host"],
        browsers=shares["browser"],
        systems=shares["os"],
        devices=shares["device"],
    )


def workspace_report(*, workspace_id: int, period: Period) -> WorkspaceReport:
    """Clicks of all links of a workspace in `period`, without bots. Five queries at most."""
    course = _workspace_course(workspace_id, period)
    return WorkspaceReport(
        totals=course.totals,
        previous=course.previous,
        series=course.series,
        previous_series=course.previous_series,
        top_links=top_links.read(workspace_id, period, limit=TOP_LINKS),
    )


def _workspace_course(workspace_id: int, period: Period) -> Course:
    if fits(QUARTER, period.previous(), period):
        return workspace_series.read(workspace_id, period, include_bots=False)
    return series.read(RAW, "workspace_id", workspace_id, period, include_bots=False)


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
