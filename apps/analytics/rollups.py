"""Which tables sum up others, and how: what their materialised views compute, to be computed again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# Of clicks with a value each, values_daily has the numbers.
PROPERTIES = (
    *("country", "region", "city", "device", "browser", "os", "language", "referrer_host", "referrer_class"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "destination_url"),
)
# Visitors of a workspace are known for each quarter of an hour, hour and day (s).
STEPS = (900, 3600, 86400)

_PAIRS = ", ".join(f"('{name}', toString({name}))" for name in PROPERTIES)
_STEPS = ", ".join(f"toUInt32({step})" for step in STEPS)
_VISITORS = {"visitors": "uniqState(visitor_id)", "visitors_rough": "uniqCombined64State(12)(visitor_id)"}


@dataclass(frozen=True, slots=True)
class Rollup:
    """`table` has a row for each of `keys`: columns, each with the expression over `source` that it holds.

    `count` is the column that counts the rows of `source`, "" when there is none; `states` are aggregate states that may
    be merged twice without harm. Each row sums up clicks of one `owner`, a key, on one day (UTC), which is `day` of its own
    columns; `time` is the key that holds a time. Rows with one value of `writer`, a key too, are written by one consumer at
    a time; "" when it does not matter.
    """

    table: str
    source: str
    keys: Mapping[str, str]
    count: str
    states: Mapping[str, str]
    owner: Literal["link_id", "workspace_id"]
    writer: Literal["link_id", "lane", ""]
    time: str
    day: str


ROLLUPS = (
    Rollup(
        table="clicks_hourly",
        source="click_events",
        keys={
            "workspace_id": "workspace_id",
            "link_id": "link_id",
            "hour": "toStartOfHour(timestamp, 'UTC')",
            "is_bot": "is_bot",
        },
        count="clicks",
        states={"visitors": "uniqState(visitor_id)"},
        owner="link_id",
        writer="link_id",
        time="hour",
        day="toDate(hour, 'UTC')",
    ),
    Rollup(
        table="clicks_daily",
        source="click_events",
        keys={"workspace_id": "workspace_id", "link_id": "link_id", "day": "toDate(timestamp, 'UTC')", "is_bot": "is_bot"},
        count="clicks",
        states=_VISITORS,
        owner="link_id",
        writer="link_id",
        time="day",
        day="day",
    ),
    Rollup(
        table="workspace_clicks",
        source="click_events",
        keys={
            "workspace_id": "workspace_id",
            "quarter": "toDateTime(intDiv(toUnixTimestamp(toDateTime(timestamp, 'UTC')), 900) * 900, 'UTC')",
            "is_bot": "is_bot",
            "lane": "lane",
        },
        count="clicks",
        states={},
        owner="workspace_id",
        writer="lane",
        time="quarter",
        day="toDate(quarter, 'UTC')",
    ),
    Rollup(
        table="workspace_visitors",
        source="click_events",
        keys={
            "workspace_id": "workspace_id",
            "step": f"arrayJoin([{_STEPS}])",
            "start": "toDateTime(intDiv(toUnixTimestamp(toDateTime(timestamp, 'UTC')), step) * step, 'UTC')",
            "is_bot": "is_bot",
        },
        count="",
        states=_VISITORS,
        owner="workspace_id",
        writer="",
        time="start",
        day="toDate(start, 'UTC')",
    ),
    Rollup(
        table="values_daily",
        source="click_events",
        keys={
            "workspace_id": "workspace_id",
            "property": f"(arrayJoin([{_PAIRS}]) AS pair).1",
            "day": "toDate(timestamp, 'UTC')",
            "value": "pair.2",
            "is_bot": "is_bot",
            "lane": "lane",
        },
        count="clicks",
        states={},
        owner="workspace_id",
        writer="lane",
        time="day",
        day="day",
    ),
)


def rollups_of(table: str) -> list[Rollup]:
    """Tables that sum up `table`."""
    return [rollup for rollup in ROLLUPS if rollup.source == table]
