"""Making a block whole that an interrupted insert may have left half stored, on any server.

A server's memory for the tokens of inserts is no proof: it notes a token before it moves the rows into
place, and does not wait for its disk. Killed in between, or without power, it takes the repeated insert
for a repetition and stores nothing, or has forgotten it and stores it twice. So what a claim's block has
left is asked of the tables themselves. All clicks on a link come through one partition, and all clicks
of a lane do, and so nobody else writes what is compared here.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from prometheus_client import Counter

from apps.analytics.copies import require_settled
from apps.analytics.instants import milliseconds
from apps.analytics.orphan_rows import OrphanRow
from apps.analytics.rollups import Rollup, rollups_of
from apps.analytics.rows import ClickRow
from apps.analytics.store import insert_rows, lane_of, run
from apps.analytics.tables import names
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


def make_whole(table: str, rows: Rows, *, token: str) -> None:
    """Store what is missing of `rows`, whose claim has `token`, in `table` and in its rollups, and nothing twice.

    Raises SinkUnavailable when ClickHouse does not answer, and while an insert begun earlier is still
    under way, which may be the one that was given up.
    """
    began = time.monotonic()
    lane = lane_of(token)
    counting = [rollup for rollup in rollups_of(table) if rollup.count]
    missing = unstored(table, rows)
    behind = [rollup for rollup in counting if any(_is_behind(rollup, scope) for scope in _scopes(rollup, rows, lane))]
    if missing or behind:
        if run(_earlier_inserts(table, time.monotonic() - began)) != [(0,)]:
            raise SinkUnavailable("ClickHouse: an earlier insert is still under way")
        require_settled([table, *(rollup.table for rollup in rollups_of(table))])
        log.warning("block_repaired", table=table, rows=len(rows), missing=len(missing), rollups=[rollup.table for rollup in behind])
    if missing:
        REPAIRED.labels("rows").inc()
        _add(table, missing, lane, token)
        # The rows just attached may be missing in rollups that seemed complete.
        behind = counting
    for rollup in behind:
        for scope in _scopes(rollup, rows, lane):
            if _is_behind(rollup, scope):
                REPAIRED.labels("rollup").inc()
                run(_FILL.format(rollup=rollup, columns=_columns(rollup), rows=_gaps(rollup, scope)), insert_deduplicate=0)
    for rollup in rollups_of(table):
        if not rollup.count:
            # What does not count can be written again, and cannot be compared.
            for scope in _scopes(rollup, rows, lane):
                run(_FILL.format(rollup=rollup, columns=_columns(rollup), rows=_summed(rollup, scope)), insert_deduplicate=0)


_STORED = """
SELECT event_id FROM {table}
WHERE timestamp >= toDateTime64({first}, 3, 'UTC') AND timestamp < toDateTime64({last} + 1, 3, 'UTC'){links}
  AND event_id IN (SELECT toUUID(arrayJoin(splitByChar(',', '{ids}'))))
"""
_SUMMED = "SELECT {keys}{total}{made} FROM {rollup.source} WHERE toDate(timestamp, 'UTC') {scope} GROUP BY {names}"
_GAPS = """
SELECT {values}, toUInt64(stored.total - summed.total){states}
FROM ({stored}) AS stored
LEFT JOIN (
    SELECT {names}, sum({rollup.count}) AS total FROM {rollup.table} WHERE {rollup.day} {scope} GROUP BY {names}
) AS summed USING ({names})
WHERE stored.total > summed.total
"""
_FILL = "INSERT INTO {rollup.table} ({columns}) {rows}"
_COUNT = "SELECT count() FROM ({gaps})"
_PARTITIONS = "SELECT DISTINCT _partition_id FROM {table}"
_EARLIER_INSERTS = """
SELECT count() FROM {processes}
WHERE query_kind = 'Insert' AND position(query, '{table}') > 0 AND elapsed > {seconds:.3f} AND {whose}
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
    return f" AND link_id IN ({_numbers(links)})" if links else ""


def _numbers(values: Collection[int]) -> str:
    return f"SELECT toUInt64(arrayJoin(splitByChar(',', '{','.join(map(str, values))}')))"


def _scopes(rollup: Rollup, rows: Rows, lane: int) -> Iterator[str]:
    """Conditions on what follows a day (UTC), in `rollup` or in its source: of all that `rows` can have changed, and of nothing
    that others write."""
    if rollup.writer == "lane":
        workspaces = {row.workspace_id for row in rows}
        yield f"{_days(rows)} AND workspace_id IN ({_numbers(workspaces)}) AND lane = {lane}"
    else:
        for chunk in _chunks(rows):
            yield f"{_days(chunk)}{_links(chunk)}"


def _days(rows: Rows) -> str:
    days = [row.timestamp.astimezone(UTC).date() for row in rows]
    return f"BETWEEN toDate('{min(days)}') AND toDate('{max(days)}')"


def _is_behind(rollup: Rollup, scope: str) -> bool:
    return run(_COUNT.format(gaps=_gaps(rollup, scope))) != [(0,)]


def _gaps(rollup: Rollup, scope: str) -> str:
    """Rows to be added to `rollup`, so that it counts what its source holds in `scope`."""
    return _GAPS.format(
        rollup=rollup,
        values=", ".join(f"stored.{name}" for name in rollup.keys),
        states="".join(f", stored.{name}" for name in rollup.states),
        stored=_summed(rollup, scope, total=", count() AS total"),
        names=", ".join(rollup.keys),
        scope=scope,
    )


def _summed(rollup: Rollup, scope: str, *, total: str = "") -> str:
    """What `rollup` has to hold of its source in `scope`."""
    return _SUMMED.format(
        rollup=rollup,
        keys=", ".join(f"{expression} AS {column}" for column, expression in rollup.keys.items()),
        total=total,
        made="".join(f", {expression} AS {column}" for column, expression in rollup.states.items()),
        names=", ".join(rollup.keys),
        scope=scope,
    )


def _columns(rollup: Rollup) -> str:
    return ", ".join([*rollup.keys, *filter(None, [rollup.count]), *rollup.states])


def _earlier_inserts(table: str, seconds: float) -> str:
    # A shard may go on with its part of an insert when the server that was given it all has died.
    place = names()
    whose = "1" if place.cluster else "is_initial_query"
    return _EARLIER_INSERTS.format(processes=place.everywhere("system", "processes"), table=table, seconds=seconds, whose=whose)


def _add(table: str, rows: Rows, lane: int, token: str) -> None:
    """Put `rows` into `table`, which has none of them; views must not count what they have counted."""
    if names().cluster:
        # Here a token is noted in the same step with the rows that it stands for, by keepers that lose neither, for the table
        # and for each that its views fill: what was stored is passed over, and what was not is stored.
        insert_rows(
            table,
            rows,
            {"insert_deduplication_token": token, "insert_deduplicate": 1},
            lane=lane if rollups_of(table) else None,
        )
    else:
        _attach(table, rows, lane)


def _attach(table: str, rows: Rows, lane: int) -> None:
    """Put `rows` into `table` without its views' noticing: they may have counted them."""
    aside = f"{table}_aside"
    run(f"DROP TABLE IF EXISTS {aside} SYNC")
    run(f"CREATE TABLE {aside} AS {table}")
    insert_rows(aside, rows, {"insert_deduplicate": 0}, lane=lane if rollups_of(table) else None)
    for (partition,) in run(_PARTITIONS.format(table=aside)):
        run(f"ALTER TABLE {table} ATTACH PARTITION ID '{partition}' FROM {aside}")
    run(f"DROP TABLE {aside} SYNC")


def _seconds(at: datetime) -> int:
    return milliseconds(at) // 1000
