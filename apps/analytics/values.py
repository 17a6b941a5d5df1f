"""Clicks by the values of properties, such as country: the most frequent ones of each, all in one query."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.rollups import PROPERTIES

# One row for each property and value: a grouping set for each property, of which all but one are empty. GROUPING gives a
# bit for each property that a row is not grouped by.
_RAW = """
SELECT {property} AS property, {value} AS value, count() AS clicks
FROM click_events
WHERE {owner} = %(owner_id)s AND ({within}) AND (%(include_bots)s OR NOT is_bot)
GROUP BY GROUPING SETS ({sets})
"""
_WITHIN = "timestamp >= toDateTime({start}, 'UTC') AND timestamp < toDateTime({end}, 'UTC')"
# No click comes from the future: when the period ends there, its last day has begun and holds nothing beyond it.
_IS_OVER = "now() >= toDateTime({end}, 'UTC')"
_DAYS = """
SELECT property, value, clicks
FROM values_daily
WHERE workspace_id = %(owner_id)s AND property IN %(properties)s AND day >= toDate(%(first)s)
  AND day < toDate(%(last)s) + toIntervalDay(now() < toDateTime(%(end)s, 'UTC')) AND (%(include_bots)s OR NOT is_bot)
"""
_TOP = """
SELECT property, value, sum(clicks) AS total
FROM ({rows})
GROUP BY property, value
ORDER BY property, total DESC, value
LIMIT %(top)s BY property
"""
_DAY = timedelta(days=1)


def most_frequent(
    *,
    owner: Literal["link_id", "workspace_id"],
    owner_id: int,
    period: Period,
    properties: Sequence[str],
    include_bots: bool = False,
    top: int = 10,
) -> dict[str, list[tuple[str, int]]]:
    """Of each of `properties`, names of PROPERTIES, the `top` values by the clicks that a link or workspace had in `period`,
    most clicks first. One query. Raises AnalyticsUnavailable.

    What a workspace had on whole days (UTC) is known beforehand; only the clicks at both ends of the period are looked at.
    """
    if not set(properties) <= set(PROPERTIES):
        raise ValueError("no such property")
    first, last = _whole_days(period) if owner == "workspace_id" else (period.end, period.start)
    edges = []
    if period.start < first:
        edges.append(_WITHIN.format(start=int(period.start.timestamp()), end=int(min(first, period.end).timestamp())))
    if first <= last < period.end:
        edge = {"start": int(last.timestamp()), "end": int(period.end.timestamp())}
        edges.append(f"({_IS_OVER} AND {_WITHIN})".format(**edge))
    tables = [_raw(owner, edges, properties)] if edges else []
    if first <= last:
        tables.append(_DAYS)
    rows = fetch(
        _TOP.format(rows=" UNION ALL ".join(tables)),
        {
            "owner_id": owner_id,
            "properties": list(properties),
            "first": f"{first:%Y-%m-%d}",
            "last": f"{last:%Y-%m-%d}",
            "end": int(period.end.timestamp()) if last < period.end else 0,
            "include_bots": int(include_bots),
            "top": top,
        },
    )
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in properties}
    for name, value, clicks in rows:
        found[name].append((value, clicks))
    return found


def _whole_days(period: Period) -> tuple[datetime, datetime]:
    """The first midnight (UTC) in `period`, and the last."""
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    last = end.replace(hour=0, minute=0, second=0, microsecond=0)
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return (first if first == start else first + _DAY), last


def _raw(owner: str, edges: Sequence[str], properties: Sequence[str]) -> str:
    """The rows of _DAYS, counted from the clicks for which one of the conditions `edges` holds."""
    *others, final = properties
    return _RAW.format(
        owner=owner,
        within=" OR ".join(edges),
        property=f"multiIf({', '.join(f'grouping({name}) = 0, {name!r}' for name in others)}, {final!r})" if others else repr(final),
        value=f"concat({', '.join(properties)})" if others else final,
        sets=", ".join(f"({name})" for name in properties),
    )
