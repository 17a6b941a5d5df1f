"""Where clicks are counted: each click, or the hours that the rollup keeps ready."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.analytics.periods import Period

# What periods are cut into by rollups (s).
QUARTER = 900
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Source:
    """A table, and how its clicks are counted. `names` fill the queries' placeholders; none comes from outside."""

    names: Mapping[str, str]


RAW = Source(
    {
        "table": "click_events",
        "time": "timestamp",
        "clicks": "count()",
        "visitors": "uniq(visitor_id)",
        "clicks_if": "countIf",
        "clicks_of": "",
        "visitors_if": "uniqIf",
        "visitors_of": "visitor_id, ",
    }
)
HOURLY = Source(
    {
        "table": "clicks_hourly",
        "time": "hour",
        "clicks": "sum(clicks_hourly.clicks)",
        "visitors": "uniqMerge(clicks_hourly.visitors)",
        "clicks_if": "sumIf",
        "clicks_of": "clicks_hourly.clicks, ",
        "visitors_if": "uniqMergeIf",
        "visitors_of": "clicks_hourly.visitors, ",
    }
)


def choose(*periods: Period) -> Source:
    """The rollup where its hours (UTC) fit into all buckets of `periods`; each click where they do not.

    They do not fit in zones that are a part of an hour off, such as India's.
    """
    return HOURLY if fits(HOUR, *periods) else RAW


def fits(step: int, *periods: Period) -> bool:
    """Whether all cuts of `periods` are at multiples of `step` seconds (UTC)."""
    return all(moment.timestamp() % step == 0 for period in periods for moment in (*period.buckets(), period.end))
