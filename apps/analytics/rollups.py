"""Which tables sum up others, and how: what their materialised views compute, to be computed again."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rollup:
    """`table` has a row for each of `keys`: columns, each with the expression over `source` that it holds.

    `count` is the column that counts the rows of `source`; `states` are aggregate states that may be
    merged twice without harm. `time` is the key that holds a time, which the ClickHouse function `period`
    has rounded down.
    """

    table: str
    source: str
    keys: Mapping[str, str]
    count: str
    states: Mapping[str, str]
    time: str
    period: str


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
        time="hour",
        period="toStartOfHour",
    ),
)


def rollups_of(table: str) -> list[Rollup]:
    """Tables that sum up `table`."""
    return [rollup for rollup in ROLLUPS if rollup.source == table]
