"""How many clicks an hour are unusual for a link, told by its own hours before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from apps.analytics.queries import fetch

# A link is compared with so much of its past.
PAST = timedelta(days=14)
# What has less of a past has no usual yet.
SHORTEST_PAST = 24
# Links looked at in one go, those with most clicks first.
MOST = 500
# What the median of absolute deviations is to the standard deviation of normally distributed numbers.
_MAD = 1.4826
_HOUR = timedelta(hours=1)

# Hours of the links with enough clicks in the present hour or the one before, and of those asked for.
_HOURS = """
SELECT link_id, hour, sum(clicks)
FROM clicks_hourly
WHERE hour >= toDateTime(%(since)s, 'UTC') AND hour <= toDateTime(%(present)s, 'UTC') AND NOT is_bot AND link_id IN (
    SELECT link_id FROM clicks_hourly
    WHERE hour >= toDateTime(%(previous)s, 'UTC') AND hour <= toDateTime(%(present)s, 'UTC') AND NOT is_bot
    GROUP BY link_id
    HAVING sumIf(clicks, hour = toDateTime(%(present)s, 'UTC')) >= %(clicks)s
        OR sumIf(clicks, hour = toDateTime(%(previous)s, 'UTC')) >= %(clicks)s
        OR has(%(link_ids)s, link_id)
    ORDER BY has(%(link_ids)s, link_id) DESC, sum(clicks) DESC, link_id
    LIMIT %(most)s
)
GROUP BY link_id, hour
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Clicks of one hour (UTC) beside what is usual: the median of the hours before, and how many times their
    spread lies between the two."""

    hour: datetime
    clicks: int
    usual: float
    score: float


def read(*, now: datetime, clicks: int, link_ids: Sequence[int]) -> dict[int, list[Reading]]:
    """The previous hour and the present one, in this order, of links with at least `clicks` of people in one of them, and of
    `link_ids`, as far as they had any; links without enough of a past are left out. Raises AnalyticsUnavailable."""
    present = now.replace(minute=0, second=0, microsecond=0)
    parameters = {
        "since": int((present - PAST).timestamp()),
        "previous": int((present - _HOUR).timestamp()),
        "present": int(present.timestamp()),
        "clicks": clicks,
        # An empty array has no type.
        "link_ids": list(link_ids) or [0],
        "most": max(MOST, len(link_ids)),
    }
    hours: dict[int, dict[datetime, int]] = {}
    for link_id, hour, number in fetch(_HOURS, parameters):
        hours.setdefault(link_id, {})[hour.replace(tzinfo=present.tzinfo)] = number
    found = {link_id: _readings(by_hour, present) for link_id, by_hour in hours.items()}
    return {link_id: readings for link_id, readings in found.items() if readings}


def _readings(by_hour: Mapping[datetime, int], present: datetime) -> list[Reading]:
    previous = present - _HOUR
    length = round((previous - min(by_hour)) / _HOUR)
    if length < SHORTEST_PAST:
        return []
    past = [by_hour.get(previous - number * _HOUR, 0) for number in range(1, length + 1)]
    usual, spread = usual_and_spread(past)
    return [Reading(hour, by_hour.get(hour, 0), usual, max(0.0, (by_hour.get(hour, 0) - usual) / spread)) for hour in (previous, present)]


def usual_and_spread(past: Sequence[int]) -> tuple[float, float]:
    """The median of `past` and its spread, both robust against the few hours that were unusual themselves. The spread
    is never less than that of clicks that come independently of each other, nor than 1."""
    usual = float(median(past))
    deviation = float(median(abs(clicks - usual) for clicks in past))
    return usual, max(_MAD * deviation, sqrt(usual), 1.0)
