"""Whether each rollup says what the clicks themselves say."""

from datetime import datetime
from typing import Any

from django.db import connections

from apps.analytics.rollups import ROLLUPS, Rollup

_SKETCHES = {"visitors": ("uniq", "uniqMerge"), "visitors_rough": ("uniqCombined64(12)", "uniqCombined64Merge(12)")}


def wrong_rollups() -> list[str]:
    """Names of the rollups that differ from their source in a row, in its clicks or in its visitors."""
    return [rollup.table for rollup in ROLLUPS if _counted(rollup) != _summed(rollup)]


def _counted(rollup: Rollup) -> list[tuple[Any, ...]]:
    keys = ", ".join(f"{expression} AS {name}" for name, expression in rollup.keys.items())
    values = [*(["count()"] if rollup.count else []), *(f"{_SKETCHES[name][0]}(visitor_id)" for name in rollup.states)]
    return _rows(rollup, values, f"(SELECT {keys}, visitor_id FROM {rollup.source})")


def _summed(rollup: Rollup) -> list[tuple[Any, ...]]:
    values = [*([f"sum({rollup.count})"] if rollup.count else []), *(f"{_SKETCHES[name][1]}({name})" for name in rollup.states)]
    return _rows(rollup, values, rollup.table)


def _rows(rollup: Rollup, values: list[str], source: str) -> list[tuple[Any, ...]]:
    names = ", ".join(rollup.keys)
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(f"SELECT {names}, {', '.join(values)} FROM {source} GROUP BY {names} ORDER BY {names}")
        rows = cursor.fetchall()
    return [tuple(value.timestamp() if isinstance(value, datetime) else value for value in row) for row in rows]
