"""Who clicked a link, by property: the most frequent values of each, all in one query."""

from collections.abc import Sequence

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import Share

PROPERTIES = ("country", "referrer_host", "browser", "os", "device")
# Values listed of each property; the others are added up.
TOP = 10

# One row for each property and value: a grouping set for each property, of which all but one are
# empty. GROUPING gives a bit for each property that a row is not grouped by.
_QUERY = f"""
SELECT
    multiIf({", ".join(f"grouping({name}) = 0, '{name}'" for name in PROPERTIES[:-1])}, '{PROPERTIES[-1]}') AS property,
    concat({", ".join(PROPERTIES)}) AS value,
    count() AS clicks
FROM click_events
WHERE link_id = %(link_id)s AND timestamp >= toDateTime(%(start)s, 'UTC') AND timestamp < toDateTime(%(end)s, 'UTC')
  AND (%(include_bots)s OR NOT is_bot)
GROUP BY GROUPING SETS ({", ".join(f"({name})" for name in PROPERTIES)})
ORDER BY property, clicks DESC, value
LIMIT %(top)s BY property
"""  # noqa: S608 - made of PROPERTIES alone


def read(link_id: int, period: Period, *, total: int, include_bots: bool) -> dict[str, Sequence[Share]]:
    """Shares of each of PROPERTIES among the `total` clicks of the period. Raises AnalyticsUnavailable."""
    rows = fetch(
        _QUERY,
        {
            "link_id": link_id,
            "include_bots": int(include_bots),
            "start": int(period.start.timestamp()),
            "end": int(period.end.timestamp()),
            "top": TOP,
        },
    )
    values: dict[str, list[tuple[str, int]]] = {name: [] for name in PROPERTIES}
    for name, value, clicks in rows:
        values[name].append((value, clicks))
    return {name: _shares(found, total) for name, found in values.items()}


def _shares(values: Sequence[tuple[str, int]], total: int) -> list[Share]:
    # A click may arrive between the two queries of a report.
    total = max(total, sum(clicks for _value, clicks in values))
    shares = [Share(value, clicks, clicks / total) for value, clicks in values]
    if rest := total - sum(share.count for share in shares):
        shares.append(Share("", rest, rest / total, is_other=True))
    return shares
