"""Where clicks are counted: each click, or the hours that the rollup keeps ready."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.analytics.periods import Period

_HOUR = 3600  # seconds


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
    cuts = (moment.timestamp() for period in periods for moment in (*period.buckets(), period.end))
    return HOURLY if all(cut % _HOUR == 0 for cut in cuts) else RAW
