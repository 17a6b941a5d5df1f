"""Tables beside those of the target, which a month is put together in, and from which it takes its place in one step."""

from collections.abc import Sequence
from typing import Any

from clickhouse_driver.errors import Error as DriverError
from django.db import Error as DatabaseError
from django.db import connections

from apps.analytics.copying.errors import CopyFailed
from apps.analytics.rollups import Rollup, rollups_of
from apps.analytics.store import run
from apps.analytics.tables import DATABASE, names

_FILL = "INSERT INTO {stage} ({columns}) SELECT {values} FROM {source} WHERE toDate(timestamp, 'UTC') = toDate('{day}') GROUP BY {groups}"
_KEY = r"SELECT extract(engine_full, '^Distributed\([^,]+, [^,]+, [^,]+, (.+)\)$') FROM system.tables WHERE database = %s AND name = %s"


def staged(table: str) -> str:
    """The table that `table`'s rows are put together in."""
    return f"{table}_copy"


class Stage:
    """The stage of a table of clicks and of what sums it up. All methods raise SinkUnavailable, or CopyFailed."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._rollups = rollups_of(table)
        self._place = names()

    def make(self) -> None:
        """Have the tables, as they were left."""
        for table in self._tables():
            stage, place = staged(table), self._place
            _do(f"CREATE TABLE IF NOT EXISTS {place.local(stage)}{place.on_cluster} AS {place.local(table)}")
            if place.cluster:
                key = _sharding_key(table)
                distributed = f"Distributed(`{place.cluster}`, `{place.database}`, `{place.local(stage)}`, {key})"
                _do(f"CREATE TABLE IF NOT EXISTS {stage}{place.on_cluster} AS {place.local(stage)} ENGINE = {distributed}")

    def drop(self) -> None:
        for table in self._tables():
            stage, place = staged(table), self._place
            if place.cluster:
                _do(f"DROP TABLE IF EXISTS {stage}{place.on_cluster} SYNC")
            _do(f"DROP TABLE IF EXISTS {place.local(stage)}{place.on_cluster} SYNC")

    def put(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add `rows` of the table of clicks."""
        _insert(staged(self.table), columns, rows)

    def sum_up(self, days: Sequence[str]) -> None:
        """Make the rollups' rows of `days` (UTC) from the clicks that are there, and no others."""
        for rollup in self._rollups:
            _do(f"TRUNCATE TABLE {self._place.local(staged(rollup.table))}{self._place.on_cluster}")
            for day in days:
                _do(_sum_sql(rollup, day))

    def move_in(self, month: int) -> None:
        """Let the clicks and their sums of `month` take the place of what the target has of it.

        The tables change one after the other. Whoever is interrupted does the month again, since the sums do not agree.
        """
        place = self._place
        for table in self._tables():
            stage = place.local(staged(table))
            if place.cluster:
                # One copy of each shard does it for the others, and must have all that was put there.
                _do(f"SYSTEM SYNC REPLICA{place.on_cluster} `{place.database}`.`{stage}`")
            _do(f"ALTER TABLE {place.local(table)}{place.on_cluster} REPLACE PARTITION ID '{month}' FROM {stage}")

    def _tables(self) -> list[str]:
        return [self.table, *(rollup.table for rollup in self._rollups)]


def _sum_sql(rollup: Rollup, day: str) -> str:
    made = {**rollup.keys, **({rollup.count: "count()"} if rollup.count else {}), **rollup.states}
    return _FILL.format(
        stage=staged(rollup.table),
        columns=", ".join(made),
        values=", ".join(f"{expression} AS {column}" for column, expression in made.items()),
        source=staged(rollup.source),
        day=day,
        groups=", ".join(rollup.keys),
    )


def _sharding_key(table: str) -> str:
    """Where the rows of `table` belong, as its own distributed table has it."""
    [(key,)] = run(_KEY, [names().database, table])
    return str(key) or "rand()"


def _do(sql: str) -> None:
    # A shard may have nothing of a month that others have something of.
    run(sql, max_execution_time=0, insert_deduplicate=0, allow_replace_partition_from_empty_source=1)


def _insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    try:
        with connections[DATABASE].cursor() as cursor:
            native = cursor.cursor
            native.set_settings({"insert_deduplicate": 0, "max_execution_time": 0})
            native.columnar = True
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES", list(zip(*rows, strict=True)))
    except (DatabaseError, DriverError, EOFError, OSError) as error:
        raise CopyFailed(f"ClickHouse: {error}") from error
