"""When links are followed: clicks by weekday and hour on the viewer's clock, in one query."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from apps.analytics.periods import Period
from apps.analytics.queries import fetch
from apps.analytics.reports import HeatMap
from apps.analytics.sources import QUARTER, fits

_HOURS_A_DAY = 24
_DAYS_A_WEEK = 7
# 1970-01-01 was a Thursday; weeks begin with Monday.
_FIRST_WEEKDAY = 3
# The clock's offsets are given to the query, so that the time zone database of one program decides.
_QUERY = """
SELECT intDiv(local, 86400) %% 7 AS weekday, intDiv(local %% 86400, 3600) AS hour, {clicks} AS number
FROM (
    SELECT toUnixTimestamp({time}) + transform(roundDown(toUnixTimestamp({time}), %(changes)s), %(changes)s, %(offsets)s, 0) AS local{more}
    FROM {table}
    WHERE {owner} = %(owner_id)s AND {time} >= toDateTime(%(start)s, 'UTC') AND {time} < toDateTime(%(end)s, 'UTC')
      AND (%(include_bots)s OR NOT is_bot)
)
GROUP BY weekday, hour
"""


def read(owner: Literal["link_id", "workspace_id"], owner_id: int, period: Period, *, include_bots: bool) -> HeatMap:
    """Clicks of one link or workspace in `period`. Raises AnalyticsUnavailable."""
    changes = clock_changes(period)
    has_quarters = owner == "workspace_id" and fits(QUARTER, period) and all(offset % QUARTER == 0 for _at, offset in changes)
    source = _QUARTERS if has_quarters else _CLICKS
    rows = fetch(
        _QUERY.format(owner=owner, **source),
        {
            "owner_id": owner_id,
            "include_bots": int(include_bots),
            "start": int(period.start.timestamp()),
            "end": int(period.end.timestamp()),
            "changes": [at for at, _offset in changes],
            "offsets": [offset for _at, offset in changes],
        },
    )
    clicks = [[0] * _HOURS_A_DAY for _ in range(_DAYS_A_WEEK)]
    for weekday, hour, number in rows:
        clicks[(weekday + _FIRST_WEEKDAY) % _DAYS_A_WEEK][hour] += number
    return HeatMap(clicks)


_CLICKS = {"table": "click_events", "time": "timestamp", "clicks": "count()", "more": ""}
_QUARTERS = {"table": "workspace_clicks", "time": "quarter", "clicks": "sum(clicks)", "more": ", clicks"}


def clock_changes(period: Period) -> Sequence[tuple[int, int]]:
    """Instants (seconds since the epoch) from which on the clocks of the period's zone are so far (s) ahead of UTC: its start, and
    each change within it."""
    found = [(int(period.start.timestamp()), _offset(period, period.start))]
    day = period.start.astimezone(UTC)
    while day < period.end:
        following = min(day + timedelta(days=1), period.end)
        if _offset(period, following) != _offset(period, day):
            found.append((_change_between(period, day, following), _offset(period, following)))
        day = following
    return found


def _change_between(period: Period, before: datetime, after: datetime) -> int:
    """The second at which the offset of `before` ends."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = _offset(period, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(period, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(period: Period, moment: datetime) -> int:
    offset = moment.astimezone(period.tz).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
