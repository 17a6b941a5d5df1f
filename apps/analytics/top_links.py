"""The links of a workspace that were clicked most."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import Any

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import TopLink
from apps.analytics.sources import HOUR, HOURLY, RAW, fits
from apps.analytics.workspace_series import EXACT_UP_TO, EXACTLY, ROUGHLY

# The least and the most that a link can have had: on the days (UTC) that lie in the period, and on those that touch it.
_BOUNDS = """
SELECT link_id, sumIf(clicks, day >= toDate(%(first)s) AND day < toDate(%(last)s)) AS least, sum(clicks) AS most
FROM clicks_daily
WHERE workspace_id = %(workspace_id)s AND day >= toDate(%(start_day)s) AND day <= toDate(%(last)s) AND NOT is_bot
GROUP BY link_id
"""
_OF_LINKS = "workspace_id = %(workspace_id)s AND link_id IN %(link_ids)s AND NOT is_bot"
_DAYS = f"""
SELECT link_id, {{merge}} AS number FROM clicks_daily
WHERE {_OF_LINKS} AND day >= toDate(%(first)s) AND day < toDate(%(last)s)
GROUP BY link_id, day
"""  # noqa: S608 - made of constants
_EDGE = f"""
SELECT link_id, {{count}} FROM {{table}}
WHERE {_OF_LINKS} AND {{time}} >= toDateTime({{start}}, 'UTC') AND {{time}} < toDateTime({{end}}, 'UTC')
GROUP BY link_id, toDate({{time}}, 'UTC')
"""  # noqa: S608 - made of constants
_SUM = "SELECT link_id, sum(number) FROM ({rows}) GROUP BY link_id"
_DAY = timedelta(days=1)


def read(workspace_id: int, period: Period, *, limit: int) -> list[TopLink]:
    """The `limit` links with most clicks in `period`, bots left out. Three queries at most. Raises AnalyticsUnavailable.

    Whole days (UTC) are known beforehand. Both ends of the period are looked at for those links alone that
    can be among the first.
    """
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    start_day, last = _midnight(start), _midnight(end)
    first = start_day if start_day == start else start_day + _DAY
    parameters = {
        "workspace_id": workspace_id,
        "start_day": f"{start_day:%Y-%m-%d}",
        "first": f"{first:%Y-%m-%d}",
        "last": f"{last:%Y-%m-%d}",
    }
    edges = [(begin, stop) for begin, stop in ((start, min(first, end)), (max(first, last), end)) if begin < stop]
    source = (HOURLY if fits(HOUR, period) else RAW).names
    edge = [_EDGE.format(**source, start=int(begin.timestamp()), end=int(stop.timestamp()), count="{count}") for begin, stop in edges]
    clicks = _clicks(parameters, [sql.format(count=f"{source['clicks']} AS number") for sql in edge], limit)
    best = sorted((link for link in clicks if clicks[link]), key=lambda link: (-clicks[link], link))[:limit]
    if not best:
        return []
    merge = EXACTLY if sum(clicks[link] for link in best) <= EXACT_UP_TO else ROUGHLY
    rows = [_DAYS.format(merge=merge)] if first < last else []
    rows += [sql.format(count=f"{source['visitors']} AS number") for sql in edge]
    visitors = dict(_sums(rows, parameters, best))
    return [TopLink(link, clicks[link], visitors.get(link, 0)) for link in best]


def _clicks(parameters: Mapping[str, Any], edges: Sequence[str], limit: int) -> dict[int, int]:
    """Clicks of all links that can be among the first `limit`."""
    bounds = fetch(_BOUNDS, parameters)
    enough = min(nlargest(limit, (least for _link, least, _most in bounds)), default=0)
    clicks = {link: least for link, least, most in bounds if most >= enough}
    if clicks and edges:
        for link, more in _sums(edges, parameters, list(clicks)):
            clicks[link] += more
    return clicks


def _sums(rows: Sequence[str], parameters: Mapping[str, Any], link_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    return fetch(_SUM.format(rows=" UNION ALL ".join(rows)), {**parameters, "link_ids": list(link_ids)})


def _midnight(moment: datetime) -> datetime:
    """The latest midnight of UTC, in which `moment` is."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
