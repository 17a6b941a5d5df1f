"""What is compared: the rows of each table and month, and the sums of rollups."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.analytics.rollups import Rollup, rollups_of

Ask = Callable[[str], list[tuple[Any, ...]]]
# Number of rows, and a sum over their ids that does not depend on the order.
Content = tuple[int, int]

NOTHING: Content = (0, 0)
# Tables of clicks; what sums them up is made from them.
TABLES = ("click_events", "orphan_clicks")
_CONTENT = "count(), groupBitXor(cityHash64(event_id))"
_MONTHS = "SELECT toYYYYMM(timestamp, 'UTC') AS month, {content} FROM {table} WHERE {kept} GROUP BY month"
_DAYS = "SELECT toString(toDate(timestamp, 'UTC')) AS day, {content} FROM {table} WHERE toYYYYMM(timestamp, 'UTC') = {month} GROUP BY day"
_SUMS = "SELECT toYYYYMM({rollup.day}) AS month, {figure} FROM {rollup.table} WHERE {kept} GROUP BY month"


@dataclass(frozen=True, slots=True)
class Figures:
    """Asks one ClickHouse. `since` is the first day (UTC, as YYYY-MM-DD) of which all is still kept, "" when nothing ages out."""

    ask: Ask
    since: str = ""

    def months(self, table: str) -> dict[int, Content]:
        """What `table` has of each month (as 202611)."""
        sql = _MONTHS.format(content=_CONTENT, table=table, kept=self._kept("toDate(timestamp, 'UTC')"))
        return {month: (rows, ids) for month, rows, ids in self.ask(sql)}

    def days(self, table: str, month: int) -> dict[str, Content]:
        """What `table` has of each day (UTC) of `month`, those that age out included."""
        return {day: (rows, ids) for day, rows, ids in self.ask(_DAYS.format(content=_CONTENT, table=table, month=month))}

    def sums(self, rollup: Rollup) -> dict[int, Content]:
        """What `rollup` sums up of each month."""
        rows = self.ask(_SUMS.format(rollup=rollup, figure=_figure(rollup), kept=self._kept(rollup.day)))
        return {month: (int(figure), 0) for month, figure in rows}

    def all(self) -> dict[str, Mapping[int, Content]]:
        """All figures by table."""
        found: dict[str, Mapping[int, Content]] = {}
        for table in TABLES:
            found[table] = self.months(table)
            for rollup in rollups_of(table):
                found[rollup.table] = self.sums(rollup)
        return found

    def _kept(self, day: str) -> str:
        return f"{day} >= toDate('{self.since}')" if self.since else "1"


def _figure(rollup: Rollup) -> str:
    """Clicks where a rollup counts them, visitors of all its rows together where it does not."""
    if rollup.count:
        return f"sum({rollup.count})"
    column, state = next(iter(rollup.states.items()))
    # uniqState(visitor_id) makes what uniqMerge takes.
    function = re.match(r"(\w+)State", state)
    assert function
    return f"{function[1]}Merge({column})"
