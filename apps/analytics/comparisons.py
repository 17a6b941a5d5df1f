"""The courses of several links side by side, in one query."""

from collections.abc import Sequence

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Comparison, Totals
from apps.analytics.series import NOTHING, points

# Links that can still be told apart in one chart.
MOST = 5
# `cut` is 0 in the rows that hold a link's totals.
_QUERY = """
SELECT
    link_id,
    roundDown(toUnixTimestamp(timestamp), %(cuts)s) AS cut,
    countIf(%(include_bots)s OR NOT is_bot) AS people_clicks,
    uniqIf(visitor_id, %(include_bots)s OR NOT is_bot) AS people,
    countIf(is_bot) AS bots
FROM click_events
WHERE link_id IN %(link_ids)s AND timestamp >= toDateTime(%(start)s, 'UTC') AND timestamp < toDateTime(%(end)s, 'UTC')
GROUP BY GROUPING SETS ((link_id, cut), (link_id))
"""


def read(link_ids: Sequence[int], period: Period, *, include_bots: bool) -> Comparison:
    """The clicks of up to MOST links. Raises ValueError for more, AnalyticsUnavailable."""
    if not 0 < len(link_ids) <= MOST:
        raise ValueError(f"from one to {MOST} links can be compared")
    rows = fetch(
        _QUERY,
        {
            "link_ids": list(link_ids),
            "include_bots": int(include_bots),
            "cuts": [int(bucket.timestamp()) for bucket in period.buckets()],
            "start": int(period.start.timestamp()),
            "end": int(period.end.timestamp()),
        },
    )
    counts = {(link_id, cut): (clicks, visitors, bots) for link_id, cut, clicks, visitors, bots in rows}
    return Comparison(
        totals={link_id: Totals(*counts.get((link_id, 0), NOTHING)) for link_id in link_ids},
        series={
            link_id: points(period, {cut: numbers for (counted, cut), numbers in counts.items() if counted == link_id})
            for link_id in link_ids
        },
    )
