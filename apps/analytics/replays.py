"""Making a block whole that an interrupted insert may have left half stored, on any server.

A server's memory for the tokens of inserts is no proof: it notes a token before it moves the rows into
place, and does not wait for its disk. Killed in between, or without power, it takes the repeated insert
for a repetition and stores nothing, or has forgotten it and stores it twice. So what a claim's block has
left is asked of the tables themselves. All clicks on a link come through one partition, and so nobody
else writes what is compared here.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import structlog
from prometheus_client import Counter

from apps.analytics.instants import milliseconds
from apps.analytics.orphan_rows import OrphanRow
from apps.analytics.rollups import Rollup, rollups_of
from apps.analytics.rows import ClickRow
from apps.analytics.store import insert_rows, run
from apps.common.chunks import chunks
from apps.events.errors import SinkUnavailable

log = structlog.get_logger(__name__)

REPAIRED = Counter(
    "clickhouse_blocks_repaired_total", "Claims of which ClickHouse had stored a part only, by what was missing.", ["missing"]
)

Rows = Sequence[ClickRow] | Sequence[OrphanRow]

# Ids in the text of one query: 37 bytes each, of 256 KB that a server reads.
_ASKED_AT_ONCE = 3_000


def unstored(table: str, rows: Rows) -> list[Any]:
    """Those of `rows` that `table` does not hold. Raises SinkUnavailable."""
    return [row for chunk in _chunks(rows) for row in _unstored(table, chunk)]


def make_whole(table: str, rows: Rows) -> None:
    """Store what is missing of `rows` in `table` and in its rollups, and nothing twice.

    Raises SinkUnavailable when ClickHouse does not answer, and while an insert begun earlier is still
    under way, which may be the one that was given up.
    """
    began = time.monotonic()
    missing = unstored(table, rows)
    behind = [rollup for rollup in rollups_of(table) if any(_is_behind(rollup, chunk) for chunk in _chunks(rows))]
    if not missing and not behind:
        return
    if run(_EARLIER_INSERTS.format(table=table, seconds=time.monotonic() - began)) != [(0,)]:
        raise SinkUnavailable("ClickHouse: an earlier insert is still under way")
    log.warning("block_repaired", table=table, rows=len(rows), missing=len(missing), rollups=[rollup.table for rollup in behind])
    if missing:
        REPAIRED.labels("rows").inc()
        _attach(table, missing)
    # The rows just attached may be missing in rollups that seemed complete.
    for rollup in rollups_of(table):
        for chunk in _chunks(rows):
            if _is_behind(rollup, chunk):
                REPAIRED.labels("rollup").inc()
                run(_FILL.format(rollup=rollup, columns=_columns(rollup), gaps=_gaps(rollup, chunk)), insert_deduplicate=0)


_STORED = """
SELECT event_id FROM {table}
WHERE timestamp >= toDateTime64({first}, 3, 'UTC') AND timestamp < toDateTime64({last} + 1, 3, 'UTC'){links}
  AND event_id IN (SELECT toUUID(arrayJoin(splitByChar(',', '{ids}'))))
"""
_GAPS = """
SELECT {values}, toUInt64(stored.total - summed.total){states}
FROM (
    SELECT {keys}, count() AS total{made} FROM {rollup.source}
    WHERE {rollup.period}(timestamp, 'UTC') >= {since} AND {rollup.period}(timestamp, 'UTC') <= {until}{links}
    GROUP BY {names}
) AS stored
LEFT JOIN (
    SELECT {names}, sum({rollup.count}) AS total FROM {rollup.table}
    WHERE {rollup.time} >= {since} AND {rollup.time} <= {until}{links}
    GROUP BY {names}
) AS summed USING ({names})
WHERE stored.total > summed.total
"""
_FILL = "INSERT INTO {rollup.table} ({columns}) {gaps}"
_COUNT = "SELECT count() FROM ({gaps})"
_PARTITIONS = "SELECT DISTINCT _partition_id FROM {table}"
_EARLIER_INSERTS = """
SELECT count() FROM system.processes
WHERE query_kind = 'Insert' AND position(query, '{table}') > 0 AND elapsed > {seconds:.3f} AND is_initial_query
"""


def _chunks(rows: Rows) -> Iterator[Rows]:
    # A union of sequences is no sequence of a union to the type checker.
    return cast("Iterator[Rows]", chunks(rows, _ASKED_AT_ONCE))


def _unstored(table: str, rows: Rows) -> list[Any]:
    seconds = [_seconds(row.timestamp) for row in rows]
    ids = ",".join(str(row.event_id) for row in rows)
    stored = run(_STORED.format(table=table, first=min(seconds), last=max(seconds), links=_links(rows), ids=ids))
    found = {event_id for (event_id,) in stored}
    return [row for row in rows if row.event_id not in found]


def _links(rows: Rows) -> str:
    """Condition on the column by which clicks are found fast; orphan clicks have none."""
    links = {row.link_id for row in rows if isinstance(row, ClickRow)}
    return f" AND link_id IN (SELECT toUInt64(arrayJoin(splitByChar(',', '{','.join(map(str, links))}'))))" if links else ""


def _is_behind(rollup: Rollup, rows: Rows) -> bool:
    return run(_COUNT.format(gaps=_gaps(rollup, rows))) != [(0,)]


def _gaps(rollup: Rollup, rows: Rows) -> str:
    """Rows to be added to `rollup`, so that it counts what its source holds for the links and times of `rows`."""
    seconds = [_seconds(row.timestamp) for row in rows]
    return _GAPS.format(
        rollup=rollup,
        values=", ".join(f"stored.{name}" for name in rollup.keys),
        states="".join(f", stored.{name}" for name in rollup.states),
        keys=", ".join(f"{expression} AS {column}" for column, expression in rollup.keys.items()),
        made="".join(f", {expression} AS {column}" for column, expression in rollup.states.items()),
        names=", ".join(rollup.keys),
        since=f"{rollup.period}(toDateTime({min(seconds)}, 'UTC'), 'UTC')",
        until=f"{rollup.period}(toDateTime({max(seconds)}, 'UTC'), 'UTC')",
        links=_links(rows),
    )


def _columns(rollup: Rollup) -> str:
    return ", ".join([*rollup.keys, rollup.count, *rollup.states])


def _attach(table: str, rows: Rows) -> None:
    """Put `rows` into `table` without its views' noticing: they may have counted them."""
    aside = f"{table}_aside"
    run(f"DROP TABLE IF EXISTS {aside} SYNC")
    run(f"CREATE TABLE {aside} AS {table}")
    insert_rows(aside, rows, {"insert_deduplicate": 0})
    for (partition,) in run(_PARTITIONS.format(table=aside)):
        run(f"ALTER TABLE {table} ATTACH PARTITION ID '{partition}' FROM {aside}")
    run(f"DROP TABLE {aside} SYNC")


def _seconds(at: datetime) -> int:
    return milliseconds(at) // 1000
