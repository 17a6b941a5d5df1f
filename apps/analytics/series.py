"""Totals and the course of clicks over a period and the one before it, in one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Point, Totals
from apps.analytics.sources import Source

# The cuts between buckets are computed here and given to the query, so that the time zone database
# of one program decides. `cut` is 0 in the rows that hold a period's totals.
_QUERY = """
SELECT
    {time} >= toDateTime(%(middle)s, 'UTC') AS is_present,
    roundDown(toUnixTimestamp({time}), %(cuts)s) AS cut,
    {clicks_if}({clicks_of}%(include_bots)s OR NOT is_bot) AS people_clicks,
    {visitors_if}({visitors_of}%(include_bots)s OR NOT is_bot) AS people,
    {clicks_if}({clicks_of}is_bot) AS bots
FROM {table}
WHERE {owner} = %(owner_id)s AND {time} >= toDateTime(%(start)s, 'UTC') AND {time} < toDateTime(%(end)s, 'UTC')
GROUP BY GROUPING SETS ((is_present, cut), (is_present))
"""
NOTHING = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Course:
    totals: Totals
    previous: Totals
    series: Sequence[Point]
    previous_series: Sequence[Point]


def read(source: Source, owner: Literal["link_id", "workspace_id"], owner_id: int, period: Period, *, include_bots: bool) -> Course:
    """The course of the clicks of one link or workspace. Raises AnalyticsUnavailable."""
    before = period.previous()
    cuts = [int(bucket.timestamp()) for bucket in (*before.buckets(), *period.buckets())]
    rows = fetch(
        _QUERY.format_map({**source.names, "owner": owner}),
        {
            "owner_id": owner_id,
            "include_bots": int(include_bots),
            "cuts": cuts,
            "start": int(before.start.timestamp()),
            "middle": int(period.start.timestamp()),
            "end": int(period.end.timestamp()),
        },
    )
    counts = {(bool(is_present), cut): (clicks, visitors, bots) for is_present, cut, clicks, visitors, bots in rows}
    return Course(
        totals=Totals(*counts.get((True, 0), NOTHING)),
        previous=Totals(*counts.get((False, 0), NOTHING)),
        series=points(period, {cut: values for (is_present, cut), values in counts.items() if is_present}),
        previous_series=points(before, {cut: values for (is_present, cut), values in counts.items() if not is_present}),
    )


def points(period: Period, counts: Mapping[int, tuple[int, int, int]]) -> list[Point]:
    """One point for each bucket, empty ones included; `counts` are by the second (since the epoch) at which a bucket starts."""
    return [Point(bucket, *counts.get(int(bucket.timestamp()), NOTHING)[:2]) for bucket in period.buckets()]
