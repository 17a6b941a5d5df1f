"""Totals and the course of clicks of a whole workspace, from what its rollups keep ready."""

from collections.abc import Sequence

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Totals
from apps.analytics.series import Course, points

# Visitors among more clicks than this are counted by sketches of fixed size, each of which is off by about 1.6 %, so that no
# workspace waits long for its numbers. Those among fewer clicks are told apart one by one.
EXACT_UP_TO = 150_000

_CLICKS = """
SELECT
    roundDown(toUnixTimestamp(quarter), %(cuts)s) AS cut,
    sumIf(clicks, %(include_bots)s OR NOT is_bot) AS people_clicks,
    sumIf(clicks, is_bot) AS bots
FROM workspace_clicks
WHERE workspace_id = %(workspace_id)s AND quarter >= toDateTime(%(start)s, 'UTC') AND quarter < toDateTime(%(end)s, 'UTC')
GROUP BY cut
"""
# Each stretch between two cuts is covered by the longest steps that lie in it: a step is left out when the next longer one around
# it lies in the same stretch. A visitor has another id on another day, so that visitors of several days add up.
_VISITORS = """
SELECT {kind} AS kind, cut, sum(visitors) FROM (
    SELECT roundDown(toUnixTimestamp(start), {cuts}) AS cut, {merge} AS visitors
    FROM workspace_visitors
    PREWHERE workspace_id = %(workspace_id)s AND start >= toDateTime(%(start)s, 'UTC') AND start < toDateTime(%(end)s, 'UTC')
      AND (%(include_bots)s OR NOT is_bot)
      AND roundDown(toUnixTimestamp(start) + step - 1, {cuts}) = roundDown(toUnixTimestamp(start), {cuts})
      AND (step = 86400 OR roundDown(intDiv(toUnixTimestamp(start), if(step = 900, 3600, 86400)) * if(step = 900, 3600, 86400), {cuts})
        != roundDown((intDiv(toUnixTimestamp(start), if(step = 900, 3600, 86400)) + 1) * if(step = 900, 3600, 86400) - 1, {cuts}))
    GROUP BY cut, toDate(start, 'UTC')
) GROUP BY cut
"""
EXACTLY = "uniqMerge(visitors)"
ROUGHLY = "uniqCombined64Merge(12)(visitors_rough)"


def read(workspace_id: int, period: Period, *, include_bots: bool) -> Course:
    """The course of the clicks of a workspace in `period`, all of whose cuts are at a quarter of an hour, and in the one before.
    Two queries. Raises AnalyticsUnavailable."""
    before = period.previous()
    start, middle, end = (int(moment.timestamp()) for moment in (before.start, period.start, period.end))
    cuts = [int(bucket.timestamp()) for bucket in (*before.buckets(), *period.buckets())]
    parameters = {
        "workspace_id": workspace_id,
        "include_bots": int(include_bots),
        "cuts": cuts,
        # What lies before the first cut or behind the last is in no stretch of the period.
        "stretches": [0, *cuts, end],
        "halves": [0, start, middle, end],
        "start": start,
        "end": end,
    }
    clicks = {cut: (people_clicks, bots) for cut, people_clicks, bots in fetch(_CLICKS, parameters)}
    merge = EXACTLY if sum(people_clicks for people_clicks, _bots in clicks.values()) <= EXACT_UP_TO else ROUGHLY
    parts = [_VISITORS.format(kind=repr(kind), cuts=f"%({kind})s", merge=merge) for kind in ("stretches", "halves")]
    visitors = {(kind, cut): number for kind, cut, number in fetch(" UNION ALL ".join(parts), parameters)}
    counts = {cut: (people_clicks, visitors.get(("stretches", cut), 0), bots) for cut, (people_clicks, bots) in clicks.items()}
    return Course(
        totals=_totals([counts[cut] for cut in counts if cut >= middle], visitors.get(("halves", middle), 0)),
        previous=_totals([counts[cut] for cut in counts if cut < middle], visitors.get(("halves", start), 0)),
        series=points(period, counts),
        previous_series=points(before, counts),
    )


def _totals(counts: Sequence[tuple[int, int, int]], visitors: int) -> Totals:
    return Totals(sum(clicks for clicks, _visitors, _bots in counts), visitors, sum(bots for _clicks, _visitors, bots in counts))
